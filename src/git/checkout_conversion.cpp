// SPDX-License-Identifier: MIT
#include "git/checkout_conversion.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"

namespace rfsn::git {
namespace {

/// More than these are quicker written once, into a tree of our own.
constexpr std::size_t most_converted = 200;
constexpr std::size_t most_asked = 20000;

struct Settings {
    bool crlf_out = false;    ///< text gets carriage returns when it is checked out
    bool crlf_in = false;     ///< text without attributes loses them when it is added
    bool attributes = false;  ///< there may be some outside the tree
};

bool exists(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && info.st_size > 0;
}

base::Result<Settings> settings_of(const Repository& repository) {
    Settings settings;
    const auto& impl = repository.impl();
    RFSN_ASSIGN(const auto config,
                impl.attempt({"config", "--null", "--get-regexp", "^core\\.(autocrlf|eol|attributesfile)$"}));
    bool eol_crlf = false;
    std::string autocrlf;
    for (const std::string_view record : base::split(config.out, '\0')) {
        const std::size_t end = record.find('\n');
        const std::string_view name = record.substr(0, end);
        std::string value(end == std::string_view::npos ? "true" : record.substr(end + 1));
        std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
        });
        if (name == "core.autocrlf") {
            autocrlf = value;
        } else if (name == "core.eol") {
            eol_crlf = value == "crlf";
        } else if (name == "core.attributesfile") {
            settings.attributes = true;
        }
    }
    const bool on = autocrlf == "true" || autocrlf == "yes" || autocrlf == "on" || autocrlf == "1";
    settings.crlf_in = on || autocrlf == "input";
    settings.crlf_out = on || (eol_crlf && autocrlf != "input");
    const auto& env = repository.env();
    const std::string config_home = env.get_or("XDG_CONFIG_HOME", env.get_or("HOME", "") + "/.config");
    settings.attributes = settings.attributes || exists(repository.common_dir() + "/info/attributes") ||
                          exists(config_home + "/git/attributes") || exists("/etc/gitattributes");
    return settings;
}

using Attributes = std::map<std::string_view, std::string_view>;

bool given(const Attributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    return found != attributes.end() && found->second != "unspecified" && found->second != "unset";
}

enum class Conversion { none, carriage_returns_in, other };

Conversion conversion_of(const Attributes& attributes, const Settings& settings) {
    const auto is = [&](std::string_view name, std::string_view value) {
        const auto found = attributes.find(name);
        return found != attributes.end() && found->second == value;
    };
    if (given(attributes, "filter") || given(attributes, "ident") || given(attributes, "working-tree-encoding")) {
        return Conversion::other;
    }
    if (is("text", "unset") || (is("crlf", "unset") && !given(attributes, "text"))) {
        return Conversion::none;
    }
    const bool text = given(attributes, "text") || given(attributes, "crlf") || given(attributes, "eol");
    if (!text && !settings.crlf_in) {
        return Conversion::none;
    }
    if (is("eol", "crlf") || (settings.crlf_out && !is("eol", "lf") && !is("crlf", "input"))) {
        return Conversion::other;
    }
    return Conversion::carriage_returns_in;
}

/// Those that have another size in the work tree than in git: what was added with carriage returns has them there only.
base::Result<void> compare_sizes(const Repository& repository, const ScratchGit& git,
                                 const std::vector<const TreeEntry*>& entries, std::vector<std::string>& found) {
    std::string ids;
    for (const auto* entry : entries) {
        ids += entry->object + "\n";
    }
    RFSN_ASSIGN(const std::string output, git.run({"cat-file", "--batch-check=%(objectsize)"}, ids));
    const auto lines = base::split_lines(output);
    if (lines.size() < entries.size()) {
        return base::fail(base::ErrorCode::external, "git cat-file did not answer for every file");
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        std::int64_t size = -1;
        std::from_chars(lines[i].data(), lines[i].data() + lines[i].size(), size);
        struct stat info {};
        if (::lstat((repository.work_tree() + "/" + entries[i]->name).c_str(), &info) != 0 || info.st_size != size) {
            found.push_back(entries[i]->name);
        }
    }
    return {};
}

}  // namespace

base::Result<ConversionRisk> conversion_risk(const Repository& repository, const ScratchGit& git,
                                             const std::vector<TreeEntry>& entries,
                                             const std::set<std::string, std::less<>>& known) {
    ConversionRisk risk;
    RFSN_ASSIGN(const Settings settings, settings_of(repository));
    std::vector<const TreeEntry*> asked;
    bool attributes = settings.attributes;
    for (const auto& entry : entries) {
        const std::string_view base_name = std::string_view(entry.name).substr(entry.name.rfind('/') + 1);
        attributes = attributes || base_name == ".gitattributes";
        const bool regular = entry.mode == model::FileMode::regular || entry.mode == model::FileMode::executable;
        if (regular && known.count(entry.name) == 0) {
            asked.push_back(&entry);
        }
    }
    if (!attributes && !settings.crlf_in) {
        return risk;
    }
    if (asked.size() > most_asked) {
        risk.obstacle = "files are converted when they are checked out, and there are " + std::to_string(asked.size());
        return risk;
    }
    std::string paths;
    for (const auto* entry : asked) {
        paths += entry->name;
        paths += '\0';
    }
    RFSN_ASSIGN(const std::string output, git.run({"check-attr", "--cached", "-z", "--stdin", "filter", "ident",
                                                   "working-tree-encoding", "text", "eol", "crlf"},
                                                  paths));
    constexpr std::size_t per_path = 6;
    const auto fields = base::split(output, '\0');
    std::vector<const TreeEntry*> by_size;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        Attributes of_path;
        for (std::size_t k = 0; k < per_path; ++k) {
            const std::size_t at = (i * per_path + k) * 3;
            if (at + 2 >= fields.size() || fields[at] != asked[i]->name) {
                return base::fail(base::ErrorCode::external, "git check-attr did not answer for every file");
            }
            of_path[fields[at + 1]] = fields[at + 2];
        }
        const Conversion conversion = conversion_of(of_path, settings);
        if (conversion == Conversion::other) {
            risk.paths.push_back(asked[i]->name);
        } else if (conversion == Conversion::carriage_returns_in) {
            by_size.push_back(asked[i]);
        }
    }
    if (risk.paths.size() > most_converted) {
        risk.obstacle = std::to_string(risk.paths.size()) + " files are converted when they are checked out";
        return risk;
    }
    RFSN_TRY(compare_sizes(repository, git, by_size, risk.paths));
    return risk;
}

}  // namespace rfsn::git
