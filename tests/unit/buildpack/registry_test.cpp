// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/load.hpp"
#include "buildpack/routes.hpp"
#include "detection_fixture.hpp"

namespace rfsn::buildpack {
namespace {

std::string source_of(std::string_view id) {
    auto bytes = base::read_file(std::string(RFSN_SOURCE_DIR) + "/config/buildpacks/" + std::string(id) + ".yaml");
    return bytes ? std::move(*bytes) : std::string();
}

TEST(Registry, AllBuiltInPacksLoadAndAreWhole) {
    Registry registry;
    EXPECT_EQ(registry.ids(), (Strings{"python", "node", "go", "rust", "cpp", "java", "dotnet", "polyrepo"}));
    for (const auto& id : registry.ids()) {
        const auto pack = registry.get(id);
        ASSERT_TRUE(pack.has_value()) << id << ": " << pack.error().describe();
        EXPECT_EQ((*pack)->id, id);
        EXPECT_EQ((*pack)->origin, "built-in");
        if (id == "polyrepo") {
            EXPECT_TRUE((*pack)->checks.empty());
            continue;
        }
        std::set<model::CheckKind> kinds;
        for (const auto& check : (*pack)->checks) {
            kinds.insert(check.kind);
            EXPECT_TRUE(check.kind != model::CheckKind::test || check.runs_repository_code) << id << "/" << check.id;
            EXPECT_FALSE((*pack)->tools.at(check.tool).hint.empty()) << id << "/" << check.tool;
            EXPECT_TRUE(!check.network || check.opt_in) << "nothing is downloaded unasked";
        }
        EXPECT_TRUE(kinds.count(model::CheckKind::format) + kinds.count(model::CheckKind::lint) > 0) << id;
        EXPECT_TRUE(kinds.count(model::CheckKind::build) + kinds.count(model::CheckKind::typecheck) > 0) << id;
        EXPECT_TRUE(kinds.count(model::CheckKind::test) > 0) << id;
    }
}

TEST(Registry, TheYamlFilesAreWhatIsCompiledIn) {
    for (const auto& id : built_in_ids()) {
        const auto doc = base::parse_doc(base::DocFormat::yaml, source_of(id));
        ASSERT_TRUE(doc.has_value()) << id << ": " << (doc ? "" : doc.error().message);
        const auto pack = load_pack(*doc, "config/buildpacks/" + std::string(id) + ".yaml");
        ASSERT_TRUE(pack.has_value()) << pack.error().describe();
        Registry registry;
        const auto embedded = registry.get(id);
        ASSERT_TRUE(embedded.has_value());
        ASSERT_EQ(pack->checks.size(), (*embedded)->checks.size()) << id;
        for (std::size_t i = 0; i < pack->checks.size(); ++i) {
            EXPECT_EQ(pack->checks[i].command.argv, (*embedded)->checks[i].command.argv);
            EXPECT_EQ(pack->checks[i].when, (*embedded)->checks[i].when);
            EXPECT_EQ(pack->checks[i].findings, (*embedded)->checks[i].findings);
        }
    }
}

TEST(Registry, AtMostOneVariantOfACheckApplies) {
    Registry registry;
    const auto pack = registry.get("python");
    ASSERT_TRUE(pack.has_value());
    for (const auto& facts : std::vector<std::map<std::string, std::string, std::less<>>>{
             {{"has_flake8", "true"}}, {{"has_flake8", "true"}, {"has_flake8_plugins", "true"}}}) {
        int active = 0;
        bool runs_code = false;
        for (const auto& check : (*pack)->checks) {
            if (check.id == "flake8" && *evaluate(check.when, facts)) {
                ++active;
                runs_code = check.runs_repository_code;
            }
        }
        EXPECT_EQ(active, 1);
        EXPECT_EQ(runs_code, facts.count("has_flake8_plugins") == 1) << "local plugins are the repository's code";
    }
}

TEST(Registry, AnUnknownPackIsNotFound) {
    Registry registry;
    const auto pack = registry.get("cobol");
    ASSERT_FALSE(pack.has_value());
    EXPECT_EQ(pack.error().code, base::ErrorCode::not_found);
}

const char* const ruby = R"(schema: 1
id: ruby
name: Ruby
languages:
  - {name: Ruby, extensions: [.rb], shebangs: [ruby]}
detect:
  manifests:
    - {file: Gemfile, weight: 60}
facts:
  has_rubocop: [{exists: .rubocop.yml}]
tools:
  rubocop: {probe: [rubocop, --version], hint: gem install rubocop}
checks:
  - id: rubocop
    kind: lint
    when: has_rubocop
    tool: rubocop
    files: {extensions: [.rb]}
    argv: [rubocop, --format, emacs, --, "{files}"]
    output: {parser: flake8}
    timeout: 90s
)";

TEST(Registry, AUsersPackTakesPart) {
    StagedRepo staged;
    const auto added = staged.registry.add_yaml(ruby, "ruby.yaml");
    ASSERT_TRUE(added.has_value()) << added.error().describe();
    staged.stage({{"Gemfile", "\n"}, {".rubocop.yml", "\n"}, {"lib/a.rb", "\n"}, {"b.py", "\n"}});
    for (const auto& found : {staged.change(), staged.all()}) {
        ASSERT_EQ(projects_of(found), (Strings{"python . (files only)", "ruby ."})) << notes_of(found);
        EXPECT_EQ(found.projects[1].facts.at("has_rubocop"), "true");
        EXPECT_EQ(found.packs, (Strings{"ruby", "python"}));
    }
    EXPECT_EQ(staged.registry.ids().back(), "polyrepo");
    EXPECT_EQ((*staged.registry.get("ruby"))->checks[0].timeout, std::chrono::seconds(90));
}

TEST(Registry, AnOverlayChangesABuiltInPack) {
    StagedRepo staged;
    const auto added = staged.registry.add_yaml(
        "schema: 1\nextends: python\nlanguages: [{name: Python, extensions: [.py, .pyw]}]\n"
        "+checks:\n  - {id: black, timeout: 5s}\n",
        "mine.yaml");
    ASSERT_TRUE(added.has_value()) << added.error().describe();
    const auto pack = staged.registry.get("python");
    ASSERT_TRUE(pack.has_value());
    for (const auto& check : (*pack)->checks) {
        EXPECT_EQ(check.timeout == std::chrono::seconds(5), check.id == "black") << check.id;
    }
    EXPECT_EQ((*pack)->origin, "mine.yaml");
    staged.stage({{"a.pyw", "\n"}});
    EXPECT_EQ(projects_of(staged.change()), Strings{"python . (files only)"});
}

TEST(Registry, MistakesAreNamedWithTheirPlace) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"schema: 1\nid: x\nlanguges: []\n", "p.yaml:3:1: unknown key 'languges'; did you mean 'languages'?"},
        {"schema: 2\nid: x\n", "p.yaml:1:9: 'schema' must be a whole number from 1 to 1"},
        {"id: x\n", "p.yaml:1:1: schema: 1 is missing"},
        {"schema: 1\nid: Python\n", "id is missing or is not"},
        {"schema: 1\nid: python\n", "there is a pack 'python' already; say `extends: python`"},
        {"schema: 1\nextends: pyton\n", "the nearest is 'python'"},
        {"schema: 1\nid: x\nid: y\n", "p.yaml:3:1"},
        {"schema: 1\nid: x\n  bad\n", "p.yaml:"},
        {"schema: 1\nid: x\nfacts: {f: [{regex: '('}]}\n", "is not a regular expression"},
        {"schema: 1\nid: x\nfacts: {f: [{path: a}]}\n", "need a file"},
        {"schema: 1\nid: x\nfacts: {f: []}\n", "has no probe"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, when: nope, argv: [t], output: "
         "{parser: p}}]\n",
         "'nope', which is no fact"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: u, argv: [t], output: {parser: p}}]\n",
         "'u' is no tool"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, argv: rm -rf, output: {parser: "
         "p}}]\n",
         "never a line for a shell"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, argv: [t, '{fils}'], output: "
         "{parser: p}}]\n",
         "'{fils}' is no placeholder"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, argv: [t, '--f={files}'], output: "
         "{parser: p}}]\n",
         "must be a whole argument"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, argv: [t], timeout: 2h, output: "
         "{parser: p}}]\n",
         "a time is a number"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, argv: [t], exit: {ok: [256]}, "
         "output: {parser: p}}]\n",
         "from 0 to 255"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: sing, tool: t, argv: [t], output: {parser: p}}]\n",
         "'sing' is no kind"},
        {"schema: 1\nid: x\ntools: {t: {}}\nchecks: [{id: c, kind: lint, tool: t, argv: [t]}]\n",
         "a check has an output"},
    };
    for (const auto& [yaml, message] : cases) {
        Registry registry;
        const auto added = registry.add_yaml(yaml, "p.yaml");
        ASSERT_FALSE(added.has_value()) << yaml;
        EXPECT_EQ(added.error().code, base::ErrorCode::config);
        EXPECT_NE(added.error().message.find(message), std::string::npos)
            << added.error().message << "\nexpected: " << message;
        EXPECT_EQ(registry.ids().size(), 8U) << "a pack that is wrong is not added";
    }
}

/// The published schema names no key that the loader refuses, and none of the loader's is missing.
TEST(Schema, SaysWhatTheLoaderTakes) {
    const auto bytes = base::read_file(std::string(RFSN_SOURCE_DIR) + "/config/buildpack.schema.json");
    ASSERT_TRUE(bytes.has_value());
    const auto schema = base::parse_doc(base::DocFormat::json, *bytes);
    ASSERT_TRUE(schema.has_value());
    const std::vector<std::pair<std::string, std::string>> places{
        {"properties", "schema: 1\nid: x\nKEY: []\n"},
        {"properties.checks.items.properties", "schema: 1\nid: x\nchecks: [{KEY: []}]\n"}};
    for (const auto& [path, yaml] : places) {
        const auto* properties = schema->at_path(path);
        ASSERT_NE(properties, nullptr) << path;
        std::string known;
        for (const auto& [key, value] : properties->entries) {
            if (key == "schema" || key == "id") {
                continue;
            }
            auto text = yaml;
            text.replace(text.find("KEY"), 3, key);
            Registry registry;
            const auto added = registry.add_yaml(text, "p.yaml");
            EXPECT_TRUE(added || added.error().message.find("unknown key") == std::string::npos)
                << added.error().message;
            known += key + ", ";
        }
        auto text = yaml;
        text.replace(text.find("KEY"), 3, "zzzzzzzzzzzzzzzzzzzz");
        Registry registry;
        const auto added = registry.add_yaml(text, "p.yaml");
        ASSERT_FALSE(added.has_value());
        const auto& message = added.error().message;
        const auto list = message.substr(message.find("known here: ") + 12);
        EXPECT_EQ(std::count(list.begin(), list.end(), ',') + 1,
                  static_cast<std::ptrdiff_t>(properties->entries.size()))
            << list;
    }
}

/// The static table stands in for the YAML; the two must say the same.
TEST(Routes, AreEqualToThePacks) {
    std::set<std::string> names;
    std::map<std::string, unsigned> expected;
    std::map<std::string, std::string> owners;
    Registry registry;
    for (std::size_t i = 0; i < built_in_ids().size(); ++i) {
        const auto pack = registry.get(built_in_ids().at(i));
        ASSERT_TRUE(pack.has_value());
        const auto add = [&](std::string name) {
            for (auto at = name.find('*'); at != std::string::npos; at = name.find('*')) {
                name.replace(at, 1, "zz");
            }
            expected[name] |= 1U << i;
        };
        for (const auto& language : (*pack)->languages) {
            for (const auto& extension : language.extensions) {
                add("zz" + extension);
                owners["zz" + extension] = (*pack)->id;
            }
            for (const auto& shebang : language.shebangs) {
                EXPECT_EQ(pack_of_interpreter(shebang), (*pack)->id) << shebang;
            }
        }
        for (const auto& manifest : (*pack)->detail->manifests) {
            add(manifest.pattern);
        }
        for (const auto& check : (*pack)->checks) {
            for (const auto& extension : check.extensions) {
                add("zz" + extension);
            }
            for (const auto& glob : check.include) {
                add(glob);
            }
        }
    }
    for (const auto& [name, mask] : expected) {
        // A name may matter by its extension too: requirements.txt, CMakePresets.json.
        unsigned by_extension = 0;
        const auto dot = name.rfind('.');
        const auto generic = expected.find(dot == std::string::npos || dot == 0 ? "" : "zz" + name.substr(dot));
        if (generic != expected.end()) {
            by_extension = generic->second;
        }
        const unsigned by_glob = name.rfind("requirements", 0) == 0 && name.find(".txt") != std::string::npos ? 1U : 0U;
        EXPECT_EQ(interested_packs("some/where/" + name), mask | by_extension | by_glob) << name;
        const auto owner = owners.find(dot == std::string::npos || dot == 0 ? name : "zz" + name.substr(dot));
        EXPECT_EQ(pack_of_path("x/" + name), owner == owners.end() ? "" : owner->second) << name;
    }
    EXPECT_EQ(interested_packs("LICENSE.txt"), 0);
    EXPECT_EQ(interested_packs("a/b/.py"), 0) << "a hidden file has no extension";
}

TEST(Routes, Interpreters) {
    EXPECT_EQ(interpreter_of("#!/usr/bin/python3.11\nx"), "python3.11");
    EXPECT_EQ(interpreter_of("#! /usr/bin/env -S A=b python3 -u\n"), "python3");
    EXPECT_EQ(interpreter_of("#!/usr/bin/env node"), "node");
    EXPECT_EQ(interpreter_of("#!"), "");
    EXPECT_EQ(interpreter_of("#!/usr/bin/env"), "");
    EXPECT_EQ(interpreter_of("x"), "");
    EXPECT_EQ(interpreter_of("#!" + std::string(100000, 'a')).size(), 256U);
    EXPECT_EQ(pack_of_interpreter("python3.11"), "python");
    EXPECT_EQ(pack_of_interpreter("sh"), "");
    EXPECT_EQ(pack_of_interpreter("3.11"), "");
    EXPECT_EQ(pack_of_path("A.C"), "cpp");
    EXPECT_EQ(pack_of_path("A.PY"), "");
}

}  // namespace
}  // namespace rfsn::buildpack
