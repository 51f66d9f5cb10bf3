// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/atomic_file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/packs.hpp"
#include "gate/survey.hpp"

namespace rfsn::cli {
namespace {

constexpr std::uint64_t max_pack = std::uint64_t{1} << 20;

bool is_program(const std::string& file) {
    const auto name = file.substr(file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);
    return name.rfind("git-rfsn-buildpack-", 0) == 0;
}

/// The session with the packs of the user and the repository in its registry, and the view they were read from.
struct Opened {
    std::unique_ptr<gate::Session> session;
    model::Snapshot snapshot;
    std::unique_ptr<git::TreeView> view;
};

base::Result<Opened> open_with_packs(Context& context, bool load) {
    Opened opened;
    RFSN_ASSIGN(opened.session, open_session(context));
    RFSN_ASSIGN(opened.snapshot, opened.session->source().snapshot({}));
    opened.view = std::make_unique<git::TreeView>(opened.session->source(), opened.snapshot);
    if (load) {
        RFSN_TRY(gate::load_packs(*opened.session, *opened.view, false));
    }
    return opened;
}

int list(Context& context) {
    auto opened = open_with_packs(context, true);
    if (!opened) {
        return fail_with(opened.error());
    }
    std::string text;
    auto& registry = opened->session->registry();
    for (const auto& id : registry.ids()) {
        const auto pack = registry.get(id);
        if (!pack) {
            return fail_with(pack.error());
        }
        text += id + "  " + (*pack)->name + "  " + ((*pack)->version.empty() ? "-" : (*pack)->version) + "  " +
                base::printable((*pack)->origin) + "\n";
    }
    say_notices(*opened->session);
    return print(text);
}

/// Adds the pack in a file to the registry, whichever kind it is; `before` is told what was there.
base::Result<std::string> add(Opened& opened, const std::string& file) {
    auto& registry = opened.session->registry();
    if (is_program(file)) {
        const auto path = base::find_program(file.find('/') == std::string::npos ? "./" + file : file, "");
        if (!path) {
            return base::fail(base::ErrorCode::not_found, "'" + base::printable(file) + "' cannot be run");
        }
        RFSN_TRY(gate::add_program(*opened.session, *opened.view, *path));
    } else {
        RFSN_ASSIGN(const auto text, base::read_file(file, max_pack));
        RFSN_TRY(registry.add_yaml(text, file));
    }
    const auto changed = registry.changed_ids();
    return changed.empty() ? std::string() : changed.back();
}

int lint(Context& context, const std::string& file) {
    buildpack::Registry alone;
    const buildpack::Pack* found = nullptr;
    base::Result<Opened> opened = Opened{};
    if (is_program(file)) {
        opened = open_with_packs(context, false);
        if (!opened) {
            return fail_with(opened.error());
        }
        const auto id = add(*opened, file);
        if (!id) {
            return fail_with(id.error());
        }
        const auto pack = opened->session->registry().get(*id);
        found = pack ? *pack : nullptr;
    } else {
        const auto text = base::read_file(file, max_pack);
        if (!text) {
            return fail_with(text.error());
        }
        if (const auto added = alone.add_yaml(*text, file); !added) {
            return fail_with(added.error());
        }
        const auto pack = alone.get(alone.changed_ids().back());
        found = pack ? *pack : nullptr;
    }
    if (found == nullptr) {
        return print("it has nothing to say about what is staged here\n");
    }
    const auto problems = gate::pack_problems(*found);
    std::string text;
    for (const auto& problem : problems) {
        text += file + ": " + problem + "\n";
    }
    if (!problems.empty()) {
        say(text);
        return 1;
    }
    return print(found->id + ": a pack of " + std::to_string(found->checks.size()) + " checks, without a fault\n");
}

int explain(Context& context, const std::string& id) {
    auto opened = open_with_packs(context, true);
    if (!opened) {
        return fail_with(opened.error());
    }
    const auto text = gate::explain_pack(opened->session->registry(), id);
    return text ? print(*text) : fail_with(text.error());
}

/// What the pack makes of the index here, without running anything.
int test(Context& context, const std::string& file) {
    auto opened = open_with_packs(context, false);
    if (!opened) {
        return fail_with(opened.error());
    }
    const auto id = add(*opened, file);
    if (!id) {
        return fail_with(id.error());
    }
    opened->session->packs_loaded = true;
    const auto survey = gate::survey(*opened->session);
    if (!survey) {
        return fail_with(survey.error());
    }
    std::string text;
    for (const auto& [project, checks] : survey->projects) {
        if (project.pack != *id) {
            continue;
        }
        text += project.pack + "  " + base::printable(project.root) +
                (project.fallback ? "  (files without a project)" : "") + "\n";
        for (const auto& [name, value] : project.facts) {
            text += "  fact   " + name + " = " + base::printable(value) + "\n";
        }
        for (const auto& check : checks) {
            text += "  check  " + check.id + "  (" + check.kind + ")  " +
                    (check.program.empty() ? check.tool + " is not installed: " + check.hint : check.program) + "\n";
        }
    }
    for (const auto& note : survey->notes) {
        text += note.rfind(*id + ": ", 0) == 0 ? "  note   " + base::printable(note) + "\n" : "";
    }
    if (text.find("check  ") == std::string::npos) {
        say(text + "nothing in this index is the pack's");
        return 1;
    }
    return print(text);
}

int make_new(const std::string& id) {
    return print(
        "# A buildpack for git-rfsn: `git rfsn buildpack lint FILE`, then `git rfsn buildpack test FILE` in a "
        "repository.\n"
        "# Put it into .rfsn/buildpacks/ of a repository, or into your own ~/.config/git-rfsn/buildpacks/.\n"
        "schema: 1\nid: " +
        id + "\nname: " + id +
        "\nversion: 0.1.0\n"
        "languages:\n  - {name: " +
        id + ", extensions: [." + id +
        "]}\n"
        "detect:\n  manifests:\n    - {file: " +
        id +
        ".toml, weight: 60}\n"
        "facts:\n  has_config: [{exists: ." +
        id +
        "rc, up: true}]\n"
        "tools:\n  " +
        id + "-lint: {probe: [" + id +
        "-lint, --version], version_regex: '(?P<v>[0-9.]+)', hint: \"how to install it\"}\n"
        "checks:\n  - id: " +
        id + "-lint\n    kind: lint\n    when: has_config\n    tool: " + id +
        "-lint\n"
        "    files: {extensions: [." +
        id + "]}\n    argv: [" + id +
        "-lint, --, \"{files}\"]\n"
        "    exit: {ok: [0], findings: [1]}\n    # one of `git rfsn parse --list`\n    output: {stream: stdout, "
        "parser: gcc}\n"
        "    context: [." +
        id + "rc]\n    timeout: 60s\n");
}

}  // namespace

int cmd_buildpack(const Invocation& invocation, Context& context) {
    const auto& words = invocation.positionals;
    const std::string action = words.empty() ? "list" : words.front();
    if (action == "list" && words.size() < 2) {
        return list(context);
    }
    const bool known = action == "lint" || action == "explain" || action == "test" || action == "new";
    if (!known || words.size() != 2) {
        return fail_with(
            base::Error{base::ErrorCode::usage, "buildpack list | lint FILE | explain ID | test FILE | new ID", {}});
    }
    return action == "lint"      ? lint(context, words[1])
           : action == "explain" ? explain(context, words[1])
           : action == "test"    ? test(context, words[1])
                                 : make_new(words[1]);
}

}  // namespace rfsn::cli
