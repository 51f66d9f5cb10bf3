#!/usr/bin/env bash
# A .NET project through real `git commit` and `check --stage ci`, with a real SDK (3.1: no NuGet packages, so no test
# framework and no dotnet format; their reports are tested from captured output).
. "$(dirname "$0")/lib.sh"
use_tools dotnet
need dotnet
export DOTNET_CLI_HOME=$WORK/dotnet
new_repo net
printf 'bin/\nobj/\n' > .gitignore
printf '<Project Sdk="Microsoft.NET.Sdk">\n  <PropertyGroup>\n    <OutputType>Exe</OutputType>\n    <TargetFramework>netcoreapp3.1</TargetFramework>\n    <TreatWarningsAsErrors>false</TreatWarningsAsErrors>\n  </PropertyGroup>\n</Project>\n' > app.csproj
printf 'class Program {\n    static void Main() {\n        System.Console.WriteLine(Cart.Total(1, 2));\n    }\n}\n' > Program.cs
printf 'static class Cart {\n    public static int Total(int a, int b) {\n        return a + b;\n    }\n}\n' > Cart.cs
git add -A
dotnet build -nologo -v q >/dev/null  # the SDK makes its directories in HOME, where no check may write, when it is first used
rm -rf bin obj
run 0 git-rfsn init
run 0 git commit -m start
run 0 git-rfsn detect --format json
same "$(printf '%s' "$OUT" > "$WORK/d.json"; json "$WORK/d.json" '[(p["root"], p["pack"]) for p in d["projects"]]')" "[('.', 'dotnet')]"

# A type error: file, line, column and code.
printf 'static class Cart {\n    public static int Total(int a, int b) {\n        return "x";\n    }\n}\n' > Cart.cs
git add -A
before=$(tree_digest)
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["tool"], f["path"], f["line"], f["column"], f["code"]) for f in d["findings"] if f["blocking"]]')" "[('dotnet-build', 'Cart.cs', 3, 16, 'CS0029')]"
same "$(tree_digest)" "$before"

# A package that nobody restored is its own reason, with the command.
git checkout -q HEAD -- .
sed -i 's|</Project>|  <ItemGroup><PackageReference Include="Never.Restored.By.Anyone" Version="1.0.0" /></ItemGroup>\n</Project>|' app.csproj
git add -A
run 3 git-rfsn check --stage ci --only dotnet-build --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(r["state"], r["remedy"]) for r in d["runs"]]')" "[('unavailable', 'dotnet restore')]"

# Repaired.
git checkout -q HEAD -- .
printf 'static class Cart {\n    public static int Total(int a, int b) {\n        return b + a;\n    }\n}\n' > Cart.cs
git add -A
run 0 git commit -m repaired
run 0 git-rfsn check --range HEAD~1..HEAD --stage ci
