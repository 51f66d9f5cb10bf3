// SPDX-License-Identifier: MIT
#include "cli/options.hpp"

namespace rfsn::cli {
namespace {

using std::string_view;

constexpr string_view report_formats[] = {"terminal", "json", "sarif", "github", "junit", "gitlab", "rdjson"};
constexpr string_view plain_formats[] = {"terminal", "json"};
constexpr string_view stages[] = {"pre-commit", "pre-merge-commit", "pre-push", "ci"};
constexpr string_view hooks[] = {"pre-commit", "pre-push", "pre-merge-commit"};
constexpr string_view colors[] = {"auto", "always", "never"};
constexpr string_view shells[] = {"bash", "zsh", "fish", "man"};
constexpr string_view llm_actions[] = {"enable", "disable", "status", "test", "stats"};
constexpr string_view cache_actions[] = {"stats", "clear", "path"};
constexpr string_view edit_formats[] = {"auto", "search-replace", "udiff", "apply-patch", "whole-file"};

constexpr Option only{.long_name = "only",
                      .value = "CHECKS",
                      .help = "Run only these: check ids or kinds, comma separated, or the group \"builtin\"",
                      .repeatable = true};
constexpr Option skip{
    .long_name = "skip", .value = "CHECKS", .help = "Leave these out; named as for --only", .repeatable = true};
constexpr Option quiet{.long_name = "quiet", .short_name = 'q', .help = "Say nothing when there is nothing to say"};
constexpr Option verbose{
    .long_name = "verbose", .short_name = 'v', .help = "Show every check, every finding and the tools' own output"};
constexpr Option yes{.long_name = "yes", .short_name = 'y', .help = "Apply what was proven without asking"};
constexpr Option report_format{.long_name = "format",
                               .value = "FORMAT",
                               .help = "Form of the report; all but \"terminal\" go to stdout",
                               .kind = ValueKind::choice,
                               .choices = report_formats};
constexpr Option plain_format{.long_name = "format",
                              .value = "FORMAT",
                              .help = "Form of the answer; \"json\" goes to stdout",
                              .kind = ValueKind::choice,
                              .choices = plain_formats};
constexpr Option output{.long_name = "output",
                        .value = "FILE",
                        .help = "Write the report there instead of to a stream",
                        .kind = ValueKind::file};

constexpr Option globals[] = {
    {.long_name = "",
     .short_name = 'C',
     .value = "DIR",
     .help = "Run as if started in DIR",
     .kind = ValueKind::directory,
     .repeatable = true},
    {.long_name = "set",
     .value = "KEY=VALUE",
     .help = "Override one setting for this run, as in \"--set jobs=2\"",
     .repeatable = true},
    {.long_name = "color",
     .value = "WHEN",
     .help = "Use colours: auto (when the stream is a terminal), always or never",
     .kind = ValueKind::choice,
     .choices = colors},
    {.long_name = "version", .help = "Print the version"},
    {.long_name = "help", .short_name = 'h', .help = "Print help for the command"},
};

constexpr Option check_options[] = {
    {.long_name = "all",
     .help = "Judge every file in the index, not only what is staged",
     .alias = "all-files",
     .conflicts = "range"},
    {.long_name = "range",
     .value = "A..B",
     .help = "Judge the change from commit A to commit B instead of the index",
     .kind = ValueKind::revision},
    {.long_name = "files",
     .value = "PATH...",
     .help = "Only these paths; each is judged as it is in the index",
     .kind = ValueKind::path,
     .repeatable = true,
     .greedy = true},
    {.long_name = "stage",
     .value = "NAME",
     .help = "Run the checks of this stage (default: pre-commit)",
     .kind = ValueKind::choice,
     .choices = stages},
    only,
    skip,
    {.long_name = "explain", .help = "Run nothing; say for each check why it would run or not"},
    {.long_name = "fresh", .help = "Run every check, also those that were just run on the same files"},
    quiet,
    verbose,
    report_format,
    output,
    {.long_name = "jobs",
     .short_name = 'j',
     .value = "N",
     .help = "Run at most N checks at once (default: one for each processor)",
     .kind = ValueKind::number},
};
constexpr Example check_examples[] = {
    {"", "judge what is staged"},
    {"check --all", "judge every file in the index"},
    {"check --range origin/main..HEAD --stage ci", "judge a branch as CI would"},
    {"check --only ruff,check-yaml", "two checks only"},
    {"check --explain", "why each check would run or not"},
    {"check --format sarif --output rfsn.sarif", "a report for code scanning"},
};

constexpr Option fix_options[] = {yes, only, skip, quiet, verbose, report_format};
constexpr Example fix_examples[] = {
    {"fix", "collect what the fixers would change, prove it, show it"},
    {"fix --yes", "the same, and apply it"},
    {"fix --only trailing-whitespace", "one fixer"},
};

constexpr Option propose_options[] = {
    {.long_name = "reply",
     .value = "FILE",
     .help = "Take the answer from FILE (\"-\" is stdin) instead of asking a model",
     .kind = ValueKind::file},
    yes,
    {.long_name = "model", .value = "NAME", .help = "Ask this model instead of the configured one"},
    report_format,
};
constexpr Example propose_examples[] = {
    {"propose", "ask the configured model for a patch and prove it"},
    {"prompt > prompt.txt", "write the request for a chat window of your own"},
    {"propose --reply answer.txt", "prove the answer that you saved from there"},
};

constexpr Option show_options[] = {
    {.long_name = "all", .help = "List every proposal that is kept"},
    {.long_name = "evidence",
     .help = "Print the proposal with all its evidence, for \"git rfsn verify\"",
     .conflicts = "all"},
};
constexpr Example show_examples[] = {
    {"show", "the newest proposal"},
    {"show --all", "a list of them"},
    {"show --evidence > evidence.json", "the newest with its evidence, to be verified anywhere"},
};
constexpr Example verify_examples[] = {{"verify evidence.json", "prove it again and compare"}};

constexpr std::string_view log_formats[] = {"terminal", "json"};
constexpr Option stats_options[] = {{.long_name = "format",
                                     .value = "FORMAT",
                                     .help = "Form of the output (default: terminal)",
                                     .kind = ValueKind::choice,
                                     .choices = log_formats}};
constexpr std::string_view log_actions[] = {"verify", "sign", "restart"};
constexpr Option log_options[] = {
    {.short_name = 'n', .value = "N", .help = "Only the last N records", .kind = ValueKind::number},
    {.long_name = "key",
     .value = "FILE",
     .help = "Sign with this SSH key (default: git's user.signingKey)",
     .kind = ValueKind::file},
    {.long_name = "format",
     .value = "FORMAT",
     .help = "Form of the records (default: terminal)",
     .kind = ValueKind::choice,
     .choices = log_formats},
};
constexpr Example log_examples[] = {
    {"log", "who proposed, applied and discarded what"},
    {"log verify", "whether a record was changed, dropped or put out of order"},
    {"log sign --key ~/.ssh/id_ed25519", "sign everything so far"},
};
constexpr Example apply_examples[] = {{"apply", "apply the newest proposal"}, {"undo", "and take it back"}};
constexpr Example prompt_examples[] = {{"prompt | wl-copy", "put it on the clipboard"}};

constexpr Option init_options[] = {
    {.long_name = "hook",
     .value = "NAME",
     .help = "Install this hook (default: pre-commit)",
     .kind = ValueKind::choice,
     .choices = hooks,
     .repeatable = true},
    {.long_name = "shared-hooks", .help = "Install even if core.hooksPath points outside this repository"},
};
constexpr Example init_examples[] = {
    {"init", "gate every commit in this clone"},
    {"init --hook pre-commit --hook pre-push", "gate pushes too"},
    {"uninstall", "and put back what was there before"},
};

constexpr Option detect_options[] = {verbose, plain_format};
constexpr Example buildpack_examples[] = {
    {"buildpack list", "the packs in use here, and where they come from"},
    {"buildpack new ruby > ruby.yaml", "begin one"},
    {"buildpack lint ruby.yaml", "hold it to the schema"},
    {"buildpack test ruby.yaml", "see what it makes of this repository"},
};
constexpr Example detect_examples[] = {
    {"detect", "projects, their tools, and how to get what is missing"},
    {"detect --format json", "the same for scripts"},
};
constexpr Example explain_examples[] = {{"explain ruff", "a check"}, {"explain F841", "a finding's code"}};

constexpr Option config_options[] = {
    {.long_name = "show-origin", .help = "Say for each setting which file and line, or which variable, it is from"},
    {.long_name = "schema", .help = "Print the JSON schema of .rfsn.yaml"},
};
constexpr Example config_examples[] = {
    {"config --show-origin", "every setting and where it is from"},
    {"config llm.model", "one setting"},
};

constexpr Option trust_options[] = {
    {.long_name = "list", .help = "Show what is trusted in this clone", .conflicts = "forget"},
    {.long_name = "forget", .help = "Take the trust back"},
};
constexpr Example trust_examples[] = {{"trust", "pin the commands of .rfsn.yaml as they are now"}};

constexpr Option parse_options[] = {{.long_name = "list", .help = "List the parsers", .replaces_positional = true}};
constexpr Example parse_examples[] = {{"parse gcc < build.log", "findings in a compiler's output"}};
constexpr Option edit_options[] = {{.long_name = "format",
                                    .value = "FORMAT",
                                    .help = "Form of the reply (default: auto)",
                                    .kind = ValueKind::choice,
                                    .choices = edit_formats}};
constexpr Example edit_examples[] = {{"edit src/a.py < reply.txt", "the edited bytes of src/a.py on stdout"}};
constexpr Example scan_examples[] = {{"scan .env config/*.yaml", "secrets in files"}};
constexpr Example completion_examples[] = {{"completion bash > git-rfsn.bash", "source it in ~/.bashrc"}};
constexpr Option llm_options[] = {plain_format};
constexpr Example llm_examples[] = {
    {"llm status", "whether a model may be asked, and which"},
    {"llm test", "one tiny question to each provider: latency, model, limits, cost"},
    {"llm stats", "what was spent in the last 30 days"},
};

constexpr Example cache_examples[] = {{"cache stats", "what is kept and how often it helped"},
                                      {"cache clear", "forget it all"}};

constexpr Option ci_options[] = {
    {.long_name = "base",
     .value = "REF",
     .help = "The commit to compare with (default: what the CI service says)",
     .kind = ValueKind::revision},
    {.long_name = "head", .value = "REF", .help = "The commit to judge (default: HEAD)", .kind = ValueKind::revision},
    verbose,
    report_format,
    output,
};
constexpr Example ci_examples[] = {
    {"ci --base origin/main", "judge this branch as a pull request"},
    {"ci --format sarif --output rfsn.sarif", "with a report for code scanning"},
};

constexpr Command table[] = {
    {.name = "check",
     .summary = "Judge what is staged (the default command)",
     .description = "Reads the change from the index, works out which projects it belongs to, runs the checks of the "
                    "stage on exactly the bytes that would be committed, and prints findings and a verdict. Nothing in "
                    "the work tree or the index is changed.\n\n"
                    "Paths behind \"--\" are the same as --files.",
     .positional = {.name = "PATH",
                    .help = "The same as --files PATH",
                    .max = unlimited,
                    .kind = ValueKind::path,
                    .option = "files"},
     .options = check_options,
     .examples = check_examples,
     .alias = "run"},
    {.name = "fix",
     .summary = "Turn the fixers' results into a proven patch",
     .description = "Runs the checks that can repair what they find, proves the result on the tree that would be "
                    "committed, and keeps it as a proposal. Nothing is written to your files until you apply it.",
     .options = fix_options,
     .examples = fix_examples},
    {.name = "propose",
     .summary = "Ask a model for a patch and prove it",
     .description = "Sends the findings and the staged code around them, redacted, to the model that you configured. "
                    "The answer is applied in memory, judged by the policy and run against the failing checks; only "
                    "what turns red to green is kept. Works with any chat window too: see \"git rfsn prompt\".",
     .options = propose_options,
     .examples = propose_examples},
    {.name = "prompt",
     .summary = "Print the redacted request for a chat window of your own",
     .description = "Prints what \"git rfsn propose\" would send. Save the answer and hand it to \"git rfsn propose "
                    "--reply FILE\".",
     .examples = prompt_examples},
    {.name = "show",
     .summary = "Show a proposal: its diff and its proof",
     .description = "Shows the newest proposal, or the one with this id.",
     .positional = {.name = "ID", .help = "A proposal, or the beginning of its id", .max = 1},
     .options = show_options,
     .examples = show_examples},
    {.name = "apply",
     .summary = "Apply a proposal to the index and the work tree",
     .description = "Applies the newest proposal, or the one with this id, to the index, and merges it into the "
                    "work-tree files; unstaged work stays. If the index changed since the proof, nothing is done.",
     .positional = {.name = "ID", .help = "A proposal, or the beginning of its id", .max = 1},
     .examples = apply_examples},
    {.name = "discard",
     .summary = "Throw a proposal away",
     .description = "Throws the newest proposal away, or the one with this id.",
     .positional = {.name = "ID", .help = "A proposal, or the beginning of its id", .max = 1}},
    {.name = "verify",
     .summary = "Prove a stored proposal again from its evidence",
     .description =
         "Takes a file of \"git rfsn show --evidence\", runs policy and checks anew on the very change that it "
         "was made for, whatever is staged now, and compares. Exit 0: the same verdict. Nothing is changed.",
     .positional =
         {.name = "FILE", .help = "The evidence (\"-\" is stdin)", .min = 1, .max = 1, .kind = ValueKind::file},
     .examples = verify_examples},
    {.name = "stats",
     .summary = "Show what was learned from earlier proposals",
     .description =
         "For every model, strategy and fixer that was tried in this repository: how often it was proven, "
         "what you made of it, what it cost, and what is believed of it now. It orders what is tried first and "
         "changes no verdict.",
     .options = stats_options},
    {.name = "log",
     .summary = "Show or check the audit log",
     .description =
         "Lists who proposed, applied, discarded and took back what, on which evidence, at what cost. The "
         "records are chained with a key that is kept, with the chain's end, in your state directory; "
         "\"verify\" finds records that were changed, dropped, added or put out of order, and a log that was "
         "cut off, emptied or deleted. \"sign\" signs the chain's end with an SSH key. \"restart\" puts a "
         "broken log aside and begins a new one that says so.",
     .positional = {.name = "ACTION",
                    .help = "What to do instead of listing",
                    .max = 1,
                    .kind = ValueKind::choice,
                    .choices = log_actions},
     .options = log_options,
     .examples = log_examples},
    {.name = "undo",
     .summary = "Take the last applied proposal back",
     .description = "Puts index and work tree back to what they were before the last apply, as long as what it wrote "
                    "is still there."},
    {.name = "init",
     .summary = "Install the hook in this repository",
     .description = "Installs the hook where git looks for it (core.hooksPath and linked worktrees included), keeps an "
                    "existing hook and runs it first, and trusts the project's own tools for this clone.",
     .options = init_options,
     .examples = init_examples},
    {.name = "uninstall",
     .summary = "Remove the hooks and put earlier ones back",
     .description = "Removes the hooks that \"git rfsn init\" installed and puts those that were there before back, "
                    "byte for byte."},
    {.name = "ci",
     .summary = "Judge a pull request's range",
     .description = "Judges everything between the base and the head with the checks of the stage \"ci\". The "
                    "configuration is read from the base, so that a change can't weaken its own gate.",
     .options = ci_options,
     .examples = ci_examples},
    {.name = "buildpack",
     .summary = "List, check, explain, try and begin buildpacks",
     .description = "A buildpack is a language as data. \"list\" names those in use here; \"lint\" holds a file to the "
                    "schema; \"explain\" says what one does; \"test\" says what a file makes of this index, without "
                    "running anything; \"new\" prints one to begin with. Your own lie in "
                    "$XDG_CONFIG_HOME/git-rfsn/buildpacks/, a repository's in .rfsn/buildpacks/ (used once \"git rfsn "
                    "trust\" has pinned them). A program git-rfsn-buildpack-NAME on PATH may describe one too.",
     .positional = {.name = "ACTION", .help = "list, lint FILE, explain ID, test FILE or new ID", .max = 2},
     .examples = buildpack_examples},
    {.name = "detect",
     .summary = "Say which projects and tools were found, and why",
     .description =
         "Lists the projects in the index, the buildpack of each, its checks, and the tools that are there "
         "or missing, with the way to get them. With --verbose also each decision, and which versions the tools "
         "are.",
     .options = detect_options,
     .examples = detect_examples},
    {.name = "explain",
     .summary = "Explain a check or a finding's code",
     .description = "Says what the check does, where it runs, what makes it required, and how to repair its findings.",
     .positional = {.name = "CHECK|CODE", .help = "A check id or a finding's code", .min = 1, .max = 1},
     .examples = explain_examples},
    {.name = "config",
     .summary = "Show the configuration",
     .description = "Settings come from the defaults, then the user's file, the repository's .rfsn.yaml, the "
                    "environment (RFSN_*) and the command line (--set); the later one wins.",
     .positional = {.name = "KEY", .help = "Only this setting, as in \"llm.model\"", .max = 1},
     .options = config_options,
     .examples = config_examples},
    {.name = "trust",
     .summary = "Allow the commands that this repository brings",
     .description = "Commands in .rfsn.yaml run only after you have seen and pinned them. When they change, they are "
                    "asked about once more.",
     .options = trust_options,
     .examples = trust_examples},
    {.name = "llm",
     .summary = "Allow, forbid or try asking a model; say what was spent",
     .description = "A model is asked only after \"git rfsn llm enable\". The consent is the user's, never the "
                    "repository's, and holds for the endpoints that are configured now: another one is asked about "
                    "again.",
     .positional = {.name = "ACTION",
                    .help = "What to do",
                    .min = 1,
                    .max = 1,
                    .kind = ValueKind::choice,
                    .choices = llm_actions},
     .options = llm_options,
     .examples = llm_examples},
    {.name = "cache",
     .summary = "Show or empty the cache of models' answers",
     .description = "Answers that were proven are kept and used again where the very same would be asked; they are "
                    "proven again each time. How many, how large and how long is llm.cache_* in your configuration.",
     .positional = {.name = "ACTION",
                    .help = "What to do",
                    .min = 1,
                    .max = 1,
                    .kind = ValueKind::choice,
                    .choices = cache_actions},
     .options = llm_options,
     .examples = cache_examples},
    {.name = "doctor",
     .summary = "Look for what could keep the gate from working",
     .description = "Tries the hooks, the companion programs, the isolation that this machine allows, the caches and "
                    "the tools, and says how to repair what is wrong."},
    {.name = "completion",
     .summary = "Print the completion for a shell, or the man page",
     .description = "Prints a completion script for \"git rfsn\" and \"git-rfsn\", or with \"man\" the manual page.",
     .positional = {.name = "SHELL", .help = "Which", .min = 1, .max = 1, .kind = ValueKind::choice, .choices = shells},
     .examples = completion_examples},
    {.name = "help",
     .summary = "Print help for a command",
     .description = "The same as -h behind the command.",
     .positional = {.name = "COMMAND", .help = "The command", .max = 1}},
    {.name = "hook",
     .summary = "Run as a git hook",
     .description = "What the installed shims call. Arguments and environment are those that git hands to the hook.",
     .positional = {.name = "NAME", .help = "The hook, then git's own arguments", .min = 1, .max = unlimited},
     .plumbing = true,
     .raw = true},
    {.name = "builtin",
     .summary = "Run one built-in check on work-tree files",
     .description = "Options, words and exit codes (0, 1, 2) are those of the check of the same name in "
                    "pre-commit-hooks. Fixers rewrite the files.",
     .positional = {.name = "ID", .help = "The check, then its options and files", .min = 1, .max = unlimited},
     .plumbing = true,
     .raw = true},
    {.name = "parse",
     .summary = "Turn a tool's output on stdin into findings",
     .description = "Prints the findings as JSON.",
     .positional = {.name = "PARSER", .help = "The parser's name", .min = 1, .max = 1},
     .options = parse_options,
     .examples = parse_examples,
     .plumbing = true},
    {.name = "edit",
     .summary = "Apply a model's reply on stdin to a file's bytes",
     .description = "Prints the edited bytes, or says why the reply is refused. FILE is not written.",
     .positional = {.name = "FILE", .help = "The file", .min = 1, .max = 1, .kind = ValueKind::file},
     .options = edit_options,
     .examples = edit_examples,
     .plumbing = true},
    {.name = "scan",
     .summary = "Look for secrets in files",
     .description = "Prints where secrets were found, never the secrets. \"-\" is stdin.",
     .positional = {.name = "FILE", .help = "The files", .min = 1, .max = unlimited, .kind = ValueKind::file},
     .examples = scan_examples,
     .plumbing = true},
};

constexpr ExitCode codes[] = {
    {0, "passed, or done"},
    {1, "blocked: there are findings"},
    {2, "the command line or the configuration is wrong"},
    {3, "an error, or a required check could not run"},
    {130, "interrupted"},
};

constexpr Variable variables[] = {
    {"RFSN_SKIP", "Checks to leave out, comma separated, as --skip."},
    {"RFSN_*", "Every setting, in capitals with _ for the dots: RFSN_LLM_MODEL is llm.model."},
    {"RFSN_LLM_KEY", "The key for the model's endpoint. Only rfsn-net reads it."},
    {"RFSN_SANDBOX_WRITABLE",
     "Directories outside the tree that checks may write to, with : between: a shared cache. Never for "
     "a patch that is being proven."},
    {"RFSN_LOG", "Log level: error, warn, info or debug. Off by default."},
    {"NO_COLOR, CLICOLOR_FORCE", "Switch colours off or on, whatever the stream is."},
    {"CI", "Set by CI services; no status line then."},
};

constexpr Variable files[] = {
    {".rfsn.yaml", "The team's configuration, at the top of the repository."},
    {"$XDG_CONFIG_HOME/git-rfsn/config.yaml", "The user's configuration."},
    {"$XDG_CACHE_HOME/git-rfsn/", "Results that are known, shadow trees, build caches. Safe to delete."},
    {"$XDG_STATE_HOME/git-rfsn/", "What was trusted."},
    {"$GIT_COMMON_DIR/rfsn/", "Runs and proposals."},
};

}  // namespace

std::span<const Command> commands() {
    return table;
}
std::span<const Option> global_options() {
    return globals;
}
const Command& default_command() {
    return table[0];
}

const Command* find_command(std::string_view name) {
    for (const Command& command : table) {
        if (name == command.name || (!command.alias.empty() && name == command.alias)) {
            return &command;
        }
    }
    return nullptr;
}

std::span<const ExitCode> exit_codes() {
    return codes;
}
std::span<const Variable> environment_variables() {
    return variables;
}
std::span<const Variable> files_used() {
    return files;
}

}  // namespace rfsn::cli
