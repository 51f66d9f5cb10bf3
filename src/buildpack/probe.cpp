// SPDX-License-Identifier: MIT
#include "buildpack/probe.hpp"

#include <algorithm>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"

namespace rfsn::buildpack {
namespace {

using Answer = std::optional<std::string>;

/// A scalar's text, or an XML element's.
std::string scalar(const base::DocNode& node) {
    if (node.is_list() && !node.items.empty()) {
        return scalar(node.items.front());
    }
    if (node.is_map()) {
        const auto* text = node.find("#text");
        return text == nullptr ? "true" : std::string(base::trim(text->text));
    }
    if (node.kind == base::DocNode::Kind::boolean) {
        return node.boolean ? "true" : "false";
    }
    if (node.kind == base::DocNode::Kind::integer && node.text.empty()) {
        return std::to_string(node.integer);
    }
    return node.text;
}

Answer matched(const std::string& text, const std::string& regex) {
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    const RE2 re("(?m)" + regex, options);
    if (!re.ok()) {
        return std::nullopt;
    }
    const int count = re.NumberOfCapturingGroups() + 1;
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(count));
    if (!re.Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), count)) {
        return std::nullopt;
    }
    const auto named = re.NamedCapturingGroups().find("v");
    if (named == re.NamedCapturingGroups().end()) {
        return "";
    }
    const auto& group = groups[static_cast<std::size_t>(named->second)];
    return std::string(group.data() == nullptr ? "" : group.data(), group.size());
}

base::Result<Answer> in_file(Tree& tree, const Probe& probe, const std::string& path) {
    if (!probe.regex.empty() && probe.path.empty()) {
        RFSN_ASSIGN(const auto* text, tree.read(path));
        return text == nullptr ? Answer() : matched(*text, probe.regex);
    }
    if (probe.format == FileFormat::text) {
        RFSN_ASSIGN(const auto* text, tree.read(path));
        return text == nullptr ? Answer() : Answer("");
    }
    RFSN_ASSIGN(const auto* document, tree.document(path, probe.format));
    if (document == nullptr) {
        return Answer();
    }
    for (const auto& key : probe.has) {
        if (node_at(*document, key) != nullptr) {
            return Answer("");
        }
    }
    if (!probe.path.empty()) {
        const auto* node = node_at(*document, probe.path);
        if (node != nullptr && !node->is_null()) {
            const auto text = scalar(*node);
            return probe.regex.empty() ? Answer(text) : matched(text, probe.regex);
        }
        return Answer();
    }
    return probe.has.empty() ? Answer("") : Answer();
}

base::Result<Answer> here(Tree& tree, const Probe& probe, const ProbePlace& place) {
    for (const auto& pattern : probe.exists) {
        RFSN_ASSIGN(const auto found, tree.expand(place.directory, pattern));
        if (!found.empty()) {
            return Answer("");
        }
    }
    if (!probe.file.empty()) {
        RFSN_ASSIGN(const auto files, tree.expand(place.directory, probe.file));
        for (const auto& file : files) {
            RFSN_ASSIGN(auto answer, in_file(tree, probe, file));
            if (answer) {
                return answer;
            }
        }
    }
    if (!probe.owns.empty() && place.sources != nullptr &&
        std::any_of(place.sources->begin(), place.sources->end(), [&](const std::string& path) {
            return base::glob_match(probe.owns, below(path, place.directory));
        })) {
        return Answer("");
    }
    return Answer();
}

// NOLINTNEXTLINE(misc-no-recursion): a pack's probes are nested at most as deep as its document
base::Result<Answer> plain(Tree& tree, const Probe& probe, const ProbePlace& place) {
    if (probe.always) {
        return Answer("");
    }
    if (!probe.any.empty()) {
        return ask_first(tree, probe.any, place);
    }
    if (!probe.all.empty()) {
        Answer last;
        for (const auto& one : probe.all) {
            RFSN_ASSIGN(last, ask(tree, one, place));
            if (!last) {
                return Answer();
            }
        }
        return last;
    }
    RFSN_ASSIGN(auto answer, here(tree, probe, place));
    for (auto above = place; !answer && probe.up && !above.directory.empty();) {
        above.directory = std::string(directory_of(above.directory));
        RFSN_ASSIGN(answer, here(tree, probe, above));
    }
    return answer;
}

}  // namespace

const base::DocNode* node_at(const base::DocNode& root, std::string_view dotted) {
    const auto* node = &root;
    while (node != nullptr && !dotted.empty()) {
        if (node->is_list()) {
            node = node->items.empty() ? nullptr : &node->items.front();
            continue;
        }
        const base::DocNode* next = nullptr;
        // The longest key wins, so that "scripts.test:unit" and "flake8:local-plugins" are found as they are.
        for (auto size = dotted.size(); size > 0; size = dotted.rfind('.', size - 1)) {
            if (size == std::string_view::npos) {
                break;
            }
            next = node->find(dotted.substr(0, size));
            if (next != nullptr) {
                dotted.remove_prefix(std::min(dotted.size(), size + 1));
                break;
            }
        }
        node = next;
    }
    return node;
}

// NOLINTNEXTLINE(misc-no-recursion)
base::Result<Answer> ask(Tree& tree, const Probe& probe, const ProbePlace& place) {
    RFSN_ASSIGN(auto answer, plain(tree, probe, place));
    if (probe.negate) {
        answer = answer ? Answer() : Answer("");
    }
    if (answer && !probe.value.empty()) {
        answer = probe.value;
    } else if (answer && answer->empty()) {
        answer = "true";
    }
    return answer;
}

// NOLINTNEXTLINE(misc-no-recursion)
base::Result<Answer> ask_first(Tree& tree, const std::vector<Probe>& probes, const ProbePlace& place) {
    for (const auto& probe : probes) {
        RFSN_ASSIGN(auto answer, ask(tree, probe, place));
        if (answer) {
            return answer;
        }
    }
    return Answer();
}

base::Result<std::map<std::string, std::string, std::less<>>> facts_of(Tree& tree, const Pack& pack,
                                                                       const ProbePlace& place) {
    std::map<std::string, std::string, std::less<>> facts;
    for (const auto& fact : pack.detail->facts) {
        RFSN_ASSIGN(auto answer, ask_first(tree, fact.probes, place));
        if (answer) {
            facts.emplace(fact.name, base::to_valid_utf8(answer->substr(0, 200)));
        }
    }
    return facts;
}

}  // namespace rfsn::buildpack
