// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "config/config.hpp"

namespace rfsn::config {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Load : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = base::TempDir::make(fs::temp_directory_path(), "config-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<base::TempDir>(std::move(*dir));
        sources_.user_file = dir_->path() + "/config.yaml";
    }
    void user(const std::string& text) const { std::ofstream(sources_.user_file, std::ios::binary) << text; }
    void repository(const std::string& text) { sources_.repository_text = text; }
    Loaded loaded() {
        auto result = load(sources_);
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : Loaded();
    }
    /// The message, with the user's file called USER.
    std::string error() {
        const auto result = load(sources_);
        if (result) {
            ADD_FAILURE() << "it was accepted";
            return "";
        }
        EXPECT_EQ(result.error().code, base::ErrorCode::config);
        std::string text = result.error().message;
        for (auto at = text.find(sources_.user_file); at != std::string::npos; at = text.find(sources_.user_file)) {
            text.replace(at, sources_.user_file.size(), "USER");
        }
        return text;
    }
    Origin origin(const std::string& key) {
        for (auto& one : loaded().origins) {
            if (one.key == key) {
                return one;
            }
        }
        return {};
    }
    std::unique_ptr<base::TempDir> dir_;
    Sources sources_;
};

TEST_F(Load, HasDefaultsForEverything) {
    const auto result = loaded();
    EXPECT_EQ(result.config.deadline.at("pre-commit"), seconds(20));
    EXPECT_EQ(result.config.max_file_kb, 500);
    EXPECT_TRUE(result.config.changed_lines_only);
    EXPECT_FALSE(result.config.llm.enabled);
    EXPECT_FALSE(result.repository_has_commands);
    EXPECT_EQ(result.repository_commands_hash, "");
    std::size_t plain = 0;
    for (const auto& key : keys()) {
        plain += key.key.find(".ID.") == std::string::npos ? 1U : 0U;
    }
    EXPECT_EQ(result.origins.size(), plain);
    for (std::size_t i = 1; i < result.origins.size(); ++i) {
        EXPECT_LT(result.origins[i - 1].key, result.origins[i].key);
    }
}

TEST_F(Load, LaterLayersWin) {
    user("jobs: 2\nmax_file_kb: 400\nllm:\n  model: u\ncolor: never\nformat: json\n");
    repository("jobs: 3\nmax_file_kb: 300\nformat: sarif\n");
    sources_.env.set("RFSN_JOBS", "4");
    sources_.env.set("RFSN_FORMAT", "junit");
    sources_.overrides["jobs"] = "5";
    const auto config = loaded().config;
    EXPECT_EQ(config.jobs, 5);
    EXPECT_EQ(config.format, "junit");
    EXPECT_EQ(config.max_file_kb, 300);
    EXPECT_EQ(config.color, "never");
    EXPECT_EQ(config.llm.model, "u");
    EXPECT_EQ(origin("jobs").layer, Layer::command_line);
    EXPECT_EQ(origin("format").where, "RFSN_FORMAT");
    EXPECT_EQ(origin("max_file_kb").where, ".rfsn.yaml:2:1");
    EXPECT_EQ(origin("max_file_kb").value, "300");
    EXPECT_EQ(origin("llm.model").where, sources_.user_file + ":4:3");
    EXPECT_EQ(origin("patch.max_lines").layer, Layer::defaults);
    EXPECT_EQ(origin("patch.max_lines").value, "40");
}

TEST_F(Load, ReadsEveryKindOfValue) {
    user(
        "skip: [black, test]\nexclude: vendor/**\nchanged_lines_only: false\ndeadline: {pre-commit: 1500ms, ci: 2h}\n"
        "llm: {enabled: true, base_url: 'http://127.0.0.1:8080/v1', temperature: 0.5, timeout: 2m, key_env: MY_KEY, "
        "model: 7}\n"
        "log: {level: debug, file: /tmp/l.jsonl}\n"
        "checks:\n  ruff: {enabled: false, required: true, stages: [pre-push, ci], files: ['*.py'], exclude: x.py, "
        "args: [a, 1], timeout: 5s}\n"
        "  own/lint.1: {run: [make, 'lint all'], kind: test, parser: gcc}\n  empty:\n");
    const auto config = loaded().config;
    EXPECT_EQ(config.skip, (std::vector<std::string>{"black", "test"}));
    EXPECT_EQ(config.exclude, std::vector<std::string>{"vendor/**"});
    EXPECT_FALSE(config.changed_lines_only);
    EXPECT_EQ(config.deadline.at("pre-commit"), milliseconds(1500));
    EXPECT_EQ(config.deadline.at("ci"), std::chrono::hours(2));
    EXPECT_EQ(config.deadline.at("pre-push"), std::chrono::minutes(10));
    EXPECT_TRUE(config.llm.enabled);
    EXPECT_EQ(config.llm.temperature, 0.5);
    EXPECT_EQ(config.llm.timeout, std::chrono::minutes(2));
    EXPECT_EQ(config.llm.key_env, "MY_KEY");
    EXPECT_EQ(config.llm.model, "7");
    EXPECT_EQ(config.log_level, "debug");
    const auto& ruff = config.checks.at("ruff");
    EXPECT_EQ(ruff.enabled, std::optional<bool>(false));
    EXPECT_EQ(ruff.required, std::optional<bool>(true));
    EXPECT_EQ(ruff.stages, (std::vector<model::Stage>{model::Stage::pre_push, model::Stage::ci}));
    EXPECT_EQ(ruff.exclude, std::vector<std::string>{"x.py"});
    EXPECT_EQ(ruff.args, (std::vector<std::string>{"a", "1"}));
    EXPECT_EQ(ruff.timeout, std::optional<milliseconds>(5000));
    const auto& own = config.checks.at("own/lint.1");
    EXPECT_EQ(own.run, (std::vector<std::string>{"make", "lint all"}));
    EXPECT_EQ(own.kind, "test");
    EXPECT_EQ(own.parser, "gcc");
    EXPECT_EQ(origin("checks.own/lint.1.run").value, "[make, \"lint all\"]");
    EXPECT_EQ(origin("checks.ruff.stages").value, "[pre-push, ci]");
    EXPECT_EQ(origin("deadline.pre-commit").value, "1500ms");
    EXPECT_EQ(origin("llm.base_url").value, "\"http://127.0.0.1:8080/v1\"");
}

TEST_F(Load, EmptyFilesAreFine) {
    for (const char* text :
         {"", "\n", "# only a comment\n", "---\n", "~\n", "{}\n", "\xEF\xBB\xBF", "llm:\nchecks:\n"}) {
        user(text);
        repository(std::string(text) == "llm:\nchecks:\n" ? "checks:\n" : text);
        EXPECT_EQ(loaded().config.jobs, 0) << text;
    }
}

TEST_F(Load, NamesPlaceAndNearestKey) {
    user("patch:\n  max_lnes: 3\n");
    EXPECT_EQ(error(), "USER:2:3: unknown key 'max_lnes' in patch; did you mean 'max_lines'?");
    user("jbos: 3\n");
    EXPECT_EQ(error(), "USER:1:1: unknown key 'jbos'; did you mean 'jobs'?");
    user("model: x\n");
    EXPECT_EQ(error(), "USER:1:1: unknown key 'model'; did you mean 'llm.model'?");
    user("llm.model: x\n");
    EXPECT_EQ(error(), "USER:1:1: unknown key 'llm.model'; write it as nested maps, 'llm:' and below it 'model:'");
    user("checks:\n  ruff:\n    enabeld: true\n");
    EXPECT_EQ(error(), "USER:3:5: unknown key 'enabeld' in checks.ID; did you mean 'enabled'?");
    user("jobs: 1\njobs: 2\n");
    EXPECT_EQ(error(), "USER:2:1: repeated key 'jobs'");
    user("\"j\\e[31m\\nx\": 1\n");
    EXPECT_EQ(error().find('\x1b'), std::string::npos);
    EXPECT_EQ(base::split_lines(error()).size(), 1U);
    user("checks:\n  'a b': {enabled: true}\n");
    EXPECT_EQ(error(), "USER:2:3: 'a b' is no check id");
}

TEST_F(Load, NamesTypeAndRange) {
    const auto said = [&](const std::string& text) {
        user(text);
        return error();
    };
    EXPECT_EQ(said("jobs: many\n"), "USER:1:7: jobs takes an integer, not a string");
    EXPECT_EQ(said("jobs: 1.5\n"), "USER:1:7: jobs takes an integer, not a number");
    EXPECT_EQ(said("jobs:\n").substr(0, 9), "USER:1:6:") << error();
    EXPECT_EQ(said("jobs: -1\n"), "USER:1:7: jobs takes 0 to 1024; -1 is out of range");
    EXPECT_EQ(said("jobs: 9223372036854775808\n"), "USER:1:7: jobs takes an integer, not a number");
    EXPECT_EQ(said("jobs: [1]\n"), "USER:1:7: jobs takes an integer, not a list");
    EXPECT_EQ(said("changed_lines_only: yes\n"), "USER:1:21: changed_lines_only takes true or false, not a string");
    EXPECT_EQ(said("llm: {temperature: 2.5}\n"), "USER:1:20: llm.temperature takes 0 to 2; 2.5 is out of range");
    EXPECT_NE(said("llm: {temperature: .nan}\n").find("out of range"), std::string::npos);
    EXPECT_EQ(said("llm: {timeout: 20}\n"),
              "USER:1:16: llm.timeout takes a duration such as 20s, 500ms or 2m, not '20'");
    EXPECT_NE(said("llm: {timeout: 99999999999999999999h}\n").find("takes a duration"), std::string::npos);
    EXPECT_NE(said("llm: {timeout: -1s}\n").find("takes a duration"), std::string::npos);
    EXPECT_EQ(said("deadline: {pre-commit: 0s}\n"),
              "USER:1:24: deadline.pre-commit takes 100ms to 24h; 0s is out of range");
    EXPECT_EQ(said("color: blue\n"), "USER:1:8: color takes one of auto, always, never, not 'blue'");
    EXPECT_EQ(said("color: alwasy\n"),
              "USER:1:8: color takes one of auto, always, never, not 'alwasy'; did you mean 'always'?");
    EXPECT_EQ(said("llm: x\n"), "USER:1:6: llm takes a map");
    EXPECT_EQ(said("- a\n"), "USER:1:1: takes a map of settings");
    EXPECT_EQ(said("skip: {a: b}\n"), "USER:1:7: skip takes a list of strings, not a map");
    EXPECT_EQ(said("skip: [[a]]\n"), "USER:1:7: skip takes a list of strings; one of its entries is a list");
    EXPECT_NE(said("skip: ['']\n").find("empty"), std::string::npos);
    EXPECT_EQ(said("checks: {x: {run: make lint}}\n"),
              "USER:1:19: checks.x.run takes a list of words, not a string: [program, argument]; there is no shell");
    EXPECT_NE(said("checks: {x: {run: []}}\n").find("first word is the program"), std::string::npos);
    EXPECT_NE(said("checks: {x: {run: ['', a]}}\n").find("first word is the program"), std::string::npos);
    EXPECT_EQ(said("checks: {x: {stages: [pre-comit]}}\n"),
              "USER:1:22: checks.x.stages takes one of pre-commit, pre-merge-commit, pre-push, ci, not 'pre-comit'; "
              "did you mean "
              "'pre-commit'?");
    EXPECT_EQ(said("checks:\n  x:\n    kind: test\n"),
              "USER:3:5: checks.x.kind is for checks of your own; checks.x.run is missing");
    EXPECT_EQ(said("checks: [a]\n"), "USER:1:9: checks takes a map");
}

TEST_F(Load, ListsAllErrorsAtOnce) {
    user("jbos: 1\ncolor: x\n");
    repository("llm: {model: x}\nnope: 1\n");
    sources_.env.set("RFSN_JOBBS", "1");
    sources_.overrides["lmm.model"] = "x";
    const std::string text = error();
    const auto lines = base::split_lines(text);
    ASSERT_EQ(lines.size(), 6U) << text;
    EXPECT_EQ(lines[0].substr(0, 9), "USER:1:1:");
    EXPECT_EQ(lines[1].substr(0, 9), "USER:2:8:");
    EXPECT_EQ(lines[2].substr(0, 15), ".rfsn.yaml:2:1:");
    EXPECT_EQ(lines[3].substr(0, 15), ".rfsn.yaml:1:7:");
    EXPECT_EQ(lines[4], "environment: unknown setting RFSN_JOBBS; did you mean 'RFSN_JOBS'?");
    EXPECT_EQ(lines[5], "command line: unknown key 'lmm.model'; did you mean 'llm.model'?");
}

TEST_F(Load, TheRepositoryMayNotReachTheUsersEndpointsOrLimits) {
    for (const auto& key : keys()) {
        const bool reserved = key.key.rfind("llm.", 0) == 0 || key.key.rfind("log.", 0) == 0 ||
                              key.key.rfind("commit.", 0) == 0 || key.key == "remember_results";
        EXPECT_EQ(key.repository_may_set, !reserved) << key.key;
    }
    repository("llm:\n  base_url: http://evil.example/v1\n");
    EXPECT_EQ(error(),
              ".rfsn.yaml:2:3: llm.base_url may not be set by a repository; set it in your own configuration or as "
              "RFSN_LLM_BASE_URL");
    repository("log: {file: /tmp/x}\n");
    EXPECT_NE(error().find("log.file may not be set by a repository"), std::string::npos);
    repository("patch: {max_lines: 41}\n");
    EXPECT_EQ(
        error(),
        ".rfsn.yaml:1:9: patch.max_lines may only be lowered by a repository (41 is above 40); raise it in your own "
        "configuration or as RFSN_PATCH_MAX_LINES");
    for (const char* text : {"patch: {max_files: 4}", "patch: {max_hunks: 7}", "max_file_kb: 501",
                             "deadline: {pre-commit: 21s}", "deadline: {ci: 61m}"}) {
        repository(text);
        EXPECT_NE(error().find("may only be lowered"), std::string::npos) << text;
    }
    repository("patch: {max_lines: 40, max_files: 1}\ndeadline: {pre-commit: 5s}\nmax_file_kb: 1\n");
    EXPECT_EQ(loaded().config.patch_max_files, 1);
    // Compared with the layers below it, and the user's environment stands above it.
    user("patch: {max_lines: 100}\n");
    repository("patch: {max_lines: 90}\n");
    EXPECT_EQ(loaded().config.patch_max_lines, 90);
    sources_.env.set("RFSN_PATCH_MAX_LINES", "95");
    EXPECT_EQ(loaded().config.patch_max_lines, 95);
}

TEST_F(Load, SkipAndExcludeAddUp) {
    user("skip: [a, b]\n");
    repository("skip: [b, c]\nexclude: ['x/**']\n");
    sources_.env.set("RFSN_SKIP", " d ,a,, ");
    sources_.overrides["exclude"] = "['y,z', w]";
    EXPECT_EQ(loaded().config.skip, (std::vector<std::string>{"a", "b", "c", "d"}));
    EXPECT_EQ(loaded().config.exclude, (std::vector<std::string>{"x/**", "y,z", "w"}));
    EXPECT_EQ(origin("skip").value, "[a, b, c, d]");
}

TEST_F(Load, EveryKeyHasAVariable) {
    sources_.env.set("RFSN_LLM_MODEL", "7");
    sources_.env.set("RFSN_LLM_ENABLED", "1");
    sources_.env.set("RFSN_LLM_TEMPERATURE", "1");
    sources_.env.set("RFSN_LLM_BASE_URL", "https://h/v1");
    sources_.env.set("RFSN_DEADLINE_PRE_COMMIT", "30s");
    sources_.env.set("RFSN_LOG", "debug");
    sources_.env.set("RFSN_CHECKS_CHECK_YAML_ENABLED", "false");
    sources_.env.set("RFSN_CHECKS_OWN_RUN", "[make, x]");
    sources_.env.set("RFSN_COLOR", "");
    const auto config = loaded().config;
    EXPECT_EQ(config.llm.model, "7");
    EXPECT_TRUE(config.llm.enabled);
    EXPECT_EQ(config.llm.temperature, 1);
    EXPECT_EQ(config.deadline.at("pre-commit"), seconds(30));
    EXPECT_EQ(config.log_level, "debug");
    EXPECT_EQ(config.checks.at("check-yaml").enabled, std::optional<bool>(false));
    EXPECT_EQ(config.checks.at("own").run, (std::vector<std::string>{"make", "x"}));
    EXPECT_EQ(config.color, "auto");
    sources_.env.set("RFSN_DEADLINE_PRE_COMMIT", "soon");
    EXPECT_EQ(error(), "environment: RFSN_DEADLINE_PRE_COMMIT takes a duration such as 20s, 500ms or 2m, not 'soon'");
}

TEST_F(Load, KnowsVariablesThatAreNoSettings) {
    sources_.env.set("RFSN_LLM_KEY", "sk-secret");
    sources_.env.set("RFSN_LOG_CONTEXT", "{}");
    sources_.env.set("RFSN_TEST_ANYTHING", "1");
    sources_.env.set("RFSNX", "1");
    EXPECT_EQ(loaded().config.jobs, 0);
    sources_.env.set("RFSN_MY_KEY", "sk-secret");
    EXPECT_EQ(error(), "environment: unknown setting RFSN_MY_KEY");
    user("llm: {key_env: RFSN_MY_KEY}\n");
    EXPECT_EQ(loaded().config.llm.key_env, "RFSN_MY_KEY");
    user("");
    sources_.env.set("RFSN_LLM_KEY_ENV", "RFSN_MY_KEY");
    EXPECT_EQ(loaded().config.llm.key_env, "RFSN_MY_KEY");
    sources_.env.unset("RFSN_LLM_KEY_ENV");
    sources_.overrides["llm.key_env"] = "RFSN_MY_KEY";
    EXPECT_EQ(loaded().config.llm.key_env, "RFSN_MY_KEY");
}

TEST_F(Load, AKeyInTheWrongPlaceIsNotRepeated) {
    const std::string secret = "sk-live-0123456789abcdef";
    user("llm: {key_env: " + secret + "}\n");
    EXPECT_EQ(error().find(secret), std::string::npos);
    EXPECT_NE(error().find("NAME of an environment variable"), std::string::npos);
    user("llm: {base_url: 'https://user:" + secret + "@h/v1'}\n");
    EXPECT_EQ(error().find(secret), std::string::npos);
    user("llm: {base_url: 'https://h/v1?key=" + secret + "'}\n");
    EXPECT_EQ(error().find(secret), std::string::npos);
    user("");
    sources_.env.set("RFSN_LLM_KEY_ENV", secret);
    EXPECT_EQ(error().find(secret), std::string::npos);
    for (const char* url :
         {"ftp://h", "127.0.0.1:8080", "https://", "https://h\\n/v1", "https://h /v1", "file:///etc/passwd"}) {
        sources_.env = base::Environment();
        sources_.overrides["llm.base_url"] = url;
        EXPECT_NE(error(), "") << url;
    }
}

TEST_F(Load, SaysWhyAFileCannotBeRead) {
    fs::create_directory(sources_.user_file);
    EXPECT_EQ(error(), "USER:1:1: cannot read 'USER': not a regular file");
    fs::remove(sources_.user_file);
    ASSERT_EQ(mkfifo(sources_.user_file.c_str(), 0600), 0);
    EXPECT_EQ(error(), "USER:1:1: cannot read 'USER': not a regular file");
    fs::remove(sources_.user_file);
    user("jobs: \xFF\n");
    EXPECT_EQ(error(), "USER:1:7: not valid UTF-8 (byte 0xff)");
    user("llm:\n\tmodel: x\n");
    EXPECT_EQ(error(), "USER:2:1: a tab where YAML wants spaces");
    user("jobs: 1\n" + std::string(10 << 20, '#'));
    EXPECT_EQ(error(), "USER:1:1: 10485768 bytes; a configuration may have 1048576");
    user("jobs: 1\n---\njobs: 2\n");
    EXPECT_EQ(error().substr(0, 9), "USER:2:1:");
    user(std::string(100'000, '['));
    EXPECT_EQ(error().substr(0, 7), "USER:1:");
    sources_.user_file = "";
    EXPECT_EQ(loaded().config.jobs, 0);
}

TEST_F(Load, PinsTheRepositorysCommands) {
    user("checks: {mine: {run: [a]}}\n");
    EXPECT_FALSE(loaded().repository_has_commands);
    const auto hash = [&](const std::string& text) {
        repository(text);
        const auto result = loaded();
        EXPECT_EQ(result.repository_has_commands, !result.repository_commands_hash.empty());
        return result.repository_commands_hash;
    };
    EXPECT_EQ(hash("checks: {x: {enabled: true}}"), "");
    const std::string one = hash("checks: {x: {run: [a, b]}}");
    EXPECT_EQ(one.size(), 64U);
    EXPECT_EQ(hash("# comment\nchecks:\n  x:\n    timeout: 3s\n    run:\n      - a\n      - 'b'\n"), one);
    EXPECT_NE(hash("checks: {x: {run: [a b]}}"), one);
    EXPECT_NE(hash("checks: {x: {run: [a, b, '']}}"), one);
    EXPECT_NE(hash("checks: {y: {run: [a, b]}}"), one);
    const std::string two = hash("checks: {x: {run: [a, b]}, y: {run: [c]}}");
    EXPECT_NE(two, one);
    EXPECT_EQ(hash("checks: {y: {run: [c]}, x: {run: [a, b]}}"), two);
    EXPECT_NE(hash("checks: {x: {run: [a]}, b: {run: [c]}}"), hash("checks: {x: {run: [a, b]}, c: {run: [c]}}"));
}

}  // namespace
}  // namespace rfsn::config
