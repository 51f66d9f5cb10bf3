// SPDX-License-Identifier: MIT
#include "gate/packs.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace rfsn::gate {
namespace {

using base::ErrorCode;

constexpr const char* repository_folder = ".rfsn/buildpacks";
constexpr std::string_view program_prefix = "git-rfsn-buildpack-";
constexpr std::uint64_t max_pack = std::uint64_t{1} << 20;
constexpr std::chrono::milliseconds program_limit{5000};
constexpr std::size_t max_packs = 100;
constexpr int protocol = 1;
constexpr int does_not_apply = 100;

bool is_yaml(const std::string& name) {
    const auto ends = [&](std::string_view end) {
        return name.size() > end.size() && name.substr(name.size() - end.size()) == end;
    };
    return name.front() != '.' && (ends(".yaml") || ends(".yml"));
}

bool is_program(const std::string& path, const std::string& name) {
    return name.size() > program_prefix.size() && name.rfind(program_prefix, 0) == 0 &&
           base::find_program(path, "").has_value();
}

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(directory, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        names.push_back(entry->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// The files that are staged, as far as a program needs to know them.
std::string request(const git::TreeView& view) {
    std::string files;
    for (const auto& file : view.snapshot().files) {
        files += (files.empty() ? "" : ",") + base::json_quote(file.path);
    }
    return "{\"protocol\":" + std::to_string(protocol) +
           ",\"op\":\"describe\",\"rfsn\":" + base::json_quote(base::version()) + ",\"files\":[" + files + "]}\n";
}

base::Result<std::string> answer_of(Session& session, const git::TreeView& view, const std::string& path) {
    isolate::Request place_request;
    place_request.tier = model::Tier::scratch;
    place_request.label = "buildpack";
    RFSN_ASSIGN(const auto place, session.isolation().prepare(view, place_request));
    isolate::Limits limits;
    limits.timeout = program_limit;
    limits.confined = true;
    limits.output_cap = max_pack;
    auto spec = session.isolation().wrap(*place, {path}, place->root(), {}, limits);
    spec.input = request(view);
    auto result = session.runner().run_one(std::move(spec));
    if (result.end == base::ProcessEnd::exited && result.exit_code == does_not_apply) {
        return std::string();
    }
    if (!result.ok() || result.out_truncated) {
        return base::fail(
            ErrorCode::external,
            base::printable(path) + " (a buildpack) " +
                (result.out_truncated ? "says more than a megabyte" : "ended with " + result.describe()) +
                (result.err.empty() ? "" : ": " + base::printable(base::trim(result.err).substr(0, 300))));
    }
    return std::move(result.out);
}

}  // namespace

base::Result<std::vector<PackFile>> user_packs(const base::Environment& env, bool programs) {
    std::vector<PackFile> packs;
    std::set<std::string> seen;
    const auto config = base::xdg_config_dir(env);
    const auto folder = config.empty() ? std::string() : config + "/buildpacks";
    for (const auto& name : folder.empty() ? std::vector<std::string>{} : names_in(folder)) {
        const auto path = folder + "/" + name;
        if (is_yaml(name)) {
            RFSN_ASSIGN(auto content, base::read_file(path, max_pack));
            packs.push_back({path, std::move(content), false});
        } else if (programs && is_program(path, name) && seen.insert(name).second) {
            packs.push_back({path, "", true});
        }
    }
    const std::string given = programs ? env.get_or("PATH", "") : "";
    for (const auto part : base::split(given, ':')) {
        if (part.empty() || part.front() != '/') {
            continue;
        }
        const std::string directory(part);
        for (const auto& name : names_in(directory)) {
            if (is_program(directory + "/" + name, name) && seen.insert(name).second) {
                packs.push_back({directory + "/" + name, "", true});
            }
        }
    }
    if (packs.size() > max_packs) {
        return base::fail(ErrorCode::limit, "more than " + std::to_string(max_packs) + " buildpacks in " + folder);
    }
    return packs;
}

base::Result<std::vector<PackFile>> repository_packs(const git::TreeView& view) {
    std::vector<PackFile> packs;
    auto entries = view.list(repository_folder);
    if (!entries) {
        return entries.error().code == ErrorCode::not_found
                   ? base::Result<std::vector<PackFile>>(std::move(packs))
                   : base::Result<std::vector<PackFile>>(tl::make_unexpected(std::move(entries.error())));
    }
    for (const auto& entry : *entries) {
        const auto name = entry.name.substr(entry.name.rfind('/') + 1);
        const bool regular = entry.mode == model::FileMode::regular || entry.mode == model::FileMode::executable;
        if (entry.is_tree || !regular || !is_yaml(name)) {
            continue;
        }
        if (packs.size() >= max_packs) {
            return base::fail(ErrorCode::limit, "more than " + std::to_string(max_packs) + " buildpacks in " +
                                                    std::string(repository_folder));
        }
        RFSN_ASSIGN(auto content, view.read(entry.name, max_pack));
        packs.push_back({entry.name, std::move(content), false});
    }
    std::sort(packs.begin(), packs.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return packs;
}

std::string packs_hash(const std::vector<PackFile>& packs) {
    if (packs.empty()) {
        return {};
    }
    base::Sha256 hash;
    hash.field("buildpacks 1");
    for (const auto& pack : packs) {
        hash.field(pack.path).field(pack.content);
    }
    return hash.hex();
}

base::Result<void> add_program(Session& session, const git::TreeView& view, const std::string& path) {
    RFSN_ASSIGN(const auto answer, answer_of(session, view, path));
    if (answer.empty()) {
        return {};
    }
    const auto document = base::parse_doc(base::DocFormat::json, answer);
    if (!document) {
        return base::fail(ErrorCode::external, base::printable(path) + " (a buildpack): its answer is no JSON: line " +
                                                   std::to_string(document.error().at.line) + ": " +
                                                   document.error().message);
    }
    if (document->int_or("protocol", 0) != protocol || document->find("pack") == nullptr) {
        return base::fail(ErrorCode::external,
                          base::printable(path) + " (a buildpack): the answer is {\"protocol\": 1, \"pack\": {...}}");
    }
    return session.registry().add_document(*document->find("pack"), path);
}

base::Result<void> load_packs(Session& session, const git::TreeView& view, bool trusted, bool programs) {
    if (session.packs_loaded) {
        return {};
    }
    session.packs_loaded = true;
    RFSN_ASSIGN(const auto own, user_packs(session.env(), programs));
    for (const auto& pack : own) {
        if (pack.is_program) {
            RFSN_TRY(add_program(session, view, pack.path));
        } else {
            RFSN_TRY(session.registry().add_yaml(pack.content, pack.path));
        }
    }
    RFSN_ASSIGN(const auto theirs, repository_packs(view));
    if (!theirs.empty() && !trusted && !session.trust().commands_trusted(packs_hash(theirs))) {
        session.notices.push_back("the buildpacks in " + std::string(repository_folder) +
                                  " are not used: read them, then allow them with git rfsn trust");
        return {};
    }
    for (const auto& pack : theirs) {
        RFSN_TRY(session.registry().add_yaml(pack.content, pack.path));
    }
    return {};
}

}  // namespace rfsn::gate
