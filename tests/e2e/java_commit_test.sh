#!/usr/bin/env bash
# A Maven project of two modules through real `git commit` and `check --stage ci`, with real javac, Maven, Surefire and
# JUnit, offline; then files without a build tool.
. "$(dirname "$0")/lib.sh"
need javac; need mvn
[ -d "$RFSN_TEST_SOURCE/build/tools/m2" ] || skip "Maven's plugins are not installed (./dev setup)"
new_repo java
module() { printf '<project>\n  <modelVersion>4.0.0</modelVersion>\n  <parent><groupId>example</groupId><artifactId>shop</artifactId><version>1</version></parent>\n  <artifactId>%s</artifactId>\n%s</project>\n' "$1" "$2"; }
mkdir -p cart/src/main/java cart/src/test/java tax/src/main/java other/src/main/java other/src/test/java
junit='<dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>'
printf '<project>\n  <modelVersion>4.0.0</modelVersion>\n  <groupId>example</groupId>\n  <artifactId>shop</artifactId>\n  <version>1</version>\n  <packaging>pom</packaging>\n  <modules><module>cart</module><module>tax</module><module>other</module></modules>\n  <properties>\n    <maven.compiler.source>8</maven.compiler.source>\n    <maven.compiler.target>8</maven.compiler.target>\n    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>\n  </properties>\n  <build><pluginManagement><plugins>\n    <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>\n    <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>\n    <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.2</version></plugin>\n  </plugins></pluginManagement></build>\n</project>\n' > pom.xml
module tax "" > tax/pom.xml
module other "  <dependencies>$junit</dependencies>
" > other/pom.xml
module cart "  <dependencies><dependency><groupId>example</groupId><artifactId>tax</artifactId><version>1</version></dependency>$junit</dependencies>
" > cart/pom.xml
printf 'target/\n' > .gitignore
mkdir .mvn; printf -- '-Dmaven.repo.local=%s\n' "$RFSN_TEST_SOURCE/build/tools/m2" > .mvn/maven.config
printf 'public class Tax {\n    public static int of(int a) {\n        return 0;\n    }\n}\n' > tax/src/main/java/Tax.java
printf 'public class Cart {\n    public static int total(int a, int b) {\n        return a + b + Tax.of(a);\n    }\n}\n' > cart/src/main/java/Cart.java
printf 'import static org.junit.Assert.assertEquals;\n\nimport org.junit.Test;\n\npublic class CartTest {\n    @Test\n    public void adds() {\n        assertEquals(3, Cart.total(1, 2));\n    }\n}\n' > cart/src/test/java/CartTest.java
printf 'public class Other {\n    public static int one() {\n        return 1;\n    }\n}\n' > other/src/main/java/Other.java
printf 'import static org.junit.Assert.assertEquals;\n\nimport org.junit.Test;\n\npublic class OtherTest {\n    @Test\n    public void one() {\n        assertEquals(1, Other.one());\n    }\n}\n' > other/src/test/java/OtherTest.java
git add -A
run 0 git-rfsn init
run 0 git commit -m start

# It does not compile.
printf 'public class Tax {\n    public static int of(int a) {\n        return "x";\n    }\n}\n' > tax/src/main/java/Tax.java
git add -A
before=$(tree_digest)
run 1 git-rfsn check --stage ci --only maven-compile --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"]]')" "[('maven-compile', 'tax/src/main/java/Tax.java', 3)]"
same "$(tree_digest)" "$before"

# A failing test in the module that depends on the change; the module that does not is not run.
printf 'public class Tax {\n    public static int of(int a) {\n        return 7;\n    }\n}\n' > tax/src/main/java/Tax.java
git add -A
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"]]')" "[('maven-test', 'cart/src/test/java/CartTest.java', 8)]"
same "$(json "$WORK/r.json" '[r["tests"] for r in d["runs"] if r["check"] == "maven-test"]')" "[1]"
run 0 git-rfsn check --stage ci --explain
has "$OUT$ERR" "cart depends on tax"

# A dependency that nobody downloaded is its own reason, with the command.
module tax "  <dependencies><dependency><groupId>example.never</groupId><artifactId>downloaded</artifactId><version>1</version></dependency></dependencies>
" > tax/pom.xml
git add -A
run 3 git-rfsn check --stage ci --only maven-compile --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(r["state"], r["remedy"]) for r in d["runs"]]')" "[('unavailable', 'mvn dependency:go-offline')]"

# Repaired.
git checkout -q HEAD -- .
printf 'public class Tax {\n    public static int of(int a) {\n        return a - a;\n    }\n}\n' > tax/src/main/java/Tax.java
git add -A
run 0 git commit -m repaired
run 0 git-rfsn check --range HEAD~1..HEAD --stage ci

# No build tool: javac says at the commit what is no Java.
new_repo plain
printf 'class A {\n    int x = ;\n}\n' > A.java
git add -A
run 0 git-rfsn init
run 1 git commit -m broken
has "$ERR" "A.java:2  illegal start of expression"
