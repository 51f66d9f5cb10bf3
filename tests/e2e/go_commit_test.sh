#!/usr/bin/env bash
# A Go repository through real `git commit`, with the real gofmt, go vet, go build and go test.
. "$(dirname "$0")/lib.sh"
use_tools go
need go; need gofmt
new_repo go
printf 'module example.com/shop\n\ngo 1.19\n' > go.mod
mkdir cart tax
printf 'package cart\n\nimport "example.com/shop/tax"\n\n// Total adds.\nfunc Total(a, b int) int {\n\treturn a + b + tax.Of(a)\n}\n' > cart/cart.go
printf 'package cart\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\tif Total(1, 2) != 3 {\n\t\tt.Fatal("not three")\n\t}\n}\n' > cart/cart_test.go
printf 'package tax\n\n// Of is nothing yet.\nfunc Of(a int) int {\n\treturn 0 * a\n}\n' > tax/tax.go
printf 'package tax\n\nimport "testing"\n\nfunc TestOf(t *testing.T) {\n\tif Of(1) != 0 {\n\t\tt.Errorf("tax %%d", Of(1))\n\t}\n}\n' > tax/tax_test.go
mkdir other
printf 'package other\n\n// One is one.\nfunc One() int { return 1 }\n' > other/other.go
printf 'package other\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {\n\tif One() != 1 {\n\t\tt.Fatal("two")\n\t}\n}\n' > other/other_test.go
git add -A
go vet ./... && go test ./... >/dev/null  # the standard library is compiled once, before any deadline counts
run 0 git-rfsn init
run 0 git commit -m start

# A format error and a vet error: both are named, with their places.
printf 'package cart\n\nimport (\n\t"fmt"\n\n\t"example.com/shop/tax"\n)\n\n// Total adds.\nfunc Total(a, b int) int {\n\tfmt.Printf("%%d\\n", "x")\n\treturn  a + b + tax.Of(a)\n}\n' > cart/cart.go
git add -A
before=$(tree_digest)
run 1 git commit -m defects
has "$ERR" "cart/cart.go:11"
has "$ERR" "gofmt"
same "$(tree_digest)" "$before"
run 1 git-rfsn check --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"])')" "[('go-vet', 'cart/cart.go', 11), ('gofmt', 'cart/cart.go', 12)]"
run 0 git-rfsn fix --yes --only gofmt
same "$(git show :cart/cart.go | sed -n 12p)" "	return a + b + tax.Of(a)"

# It does not compile.
printf 'package tax\n\n// Of is nothing yet.\nfunc Of(a int) int {\n\treturn "x"\n}\n' > tax/tax.go
git checkout -q HEAD -- cart
git add -A
run 1 git-rfsn check --stage ci --only go-build --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(f["tool"], f["path"], f["line"], f["column"]) for f in d["findings"] if f["blocking"]]')" "[('go-build', 'tax/tax.go', 5, 9)]"

# A failing test: named by its place; what the change cannot reach is not run.
printf 'package tax\n\n// Of is something now.\nfunc Of(a int) int {\n\treturn 1 * a\n}\n' > tax/tax.go
git add -A
run 1 git-rfsn check --stage ci --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" 'sorted((f["tool"], f["path"], f["line"]) for f in d["findings"] if f["blocking"])')" "[('go-test', 'cart/cart_test.go', 7), ('go-test', 'tax/tax_test.go', 7)]"
same "$(json "$WORK/r.json" 'sorted(a for r in d["runs"] if r["check"] == "go-test" for a in r["argv"] if a.startswith("./"))')" "['./cart', './tax']"
run 0 git-rfsn check --stage ci --explain
has "$OUT$ERR" "example.com/shop/cart imports example.com/shop/tax"

# A dependency that nobody downloaded is its own reason, with the command.
printf 'module example.com/shop\n\ngo 1.19\n\nrequire example.org/never v1.0.0\n' > go.mod
printf 'example.org/never v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nexample.org/never v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n' > go.sum
printf 'package tax\n\nimport "example.org/never"\n\n// Of is something now.\nfunc Of(a int) int {\n\treturn never.X * a\n}\n' > tax/tax.go
git add -A
run 3 git-rfsn check --stage ci --only go-build --format json --output "$WORK/r.json"
same "$(json "$WORK/r.json" '[(r["state"], r["remedy"]) for r in d["runs"]]')" "[('unavailable', 'go mod download')]"

# Repaired.
git checkout -q HEAD -- . && git rm -q --cached go.sum && rm -f go.sum
printf 'package tax\n\n// Of is nothing, still.\nfunc Of(a int) int {\n\treturn a - a\n}\n' > tax/tax.go
git add -A
run 0 git commit -m repaired
run 0 git-rfsn check --range HEAD~1..HEAD --stage ci
