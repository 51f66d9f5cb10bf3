// SPDX-License-Identifier: MIT
#include "check/parse_places.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

enum class Pick { every, first, last };

struct PlaceRule {
    const char* re;  ///< groups: file, line, and perhaps a column
    Pick pick;
    bool java = false;
};

// In order: the first rule that finds a place in the repository decides.
constexpr std::array rules{
    // gtest: every EXPECT_ that failed
    PlaceRule{R"re(^\s*([^\s:][^:]*):(\d+): Failure\s*$)re", Pick::every},
    PlaceRule{R"re(^\s*([^\s:][^:]*):(\d+): FAILED:)re", Pick::every},
    PlaceRule{R"re(^(?:\S+: )?([^\s:][^:]*):(\d+): .*Assertion .* failed)re", Pick::first},
    // pytest: the innermost frame
    PlaceRule{R"re(^E\s+File "([^"<]+)", line (\d+))re", Pick::last},
    PlaceRule{R"re(^([^\s:<][^:]*\.pyx?):(\d+): )re", Pick::last},
    PlaceRule{R"re(^\s*File "([^"<]+)", line (\d+))re", Pick::last},
    // JavaScript: the outermost call comes last, the failing one first
    PlaceRule{R"re(\((?:file://)?([^()\s]+\.[cm]?[jt]sx?):(\d+):(\d+)\))re", Pick::first},
    PlaceRule{R"re(^\s*at (?:async )?(?:file://)?([^()\s]+\.[cm]?[jt]sx?):(\d+):(\d+))re", Pick::first},
    // .NET
    PlaceRule{R"re( in ([^:]+\.(?:cs|fs|vb)):line (\d+))re", Pick::first},
    // Java: only a file's name, its directory comes from the class
    PlaceRule{R"re(^\s*at ([\w$.]+)\.[\w$<>]+\((\w+\.(?:java|kt|scala|groovy)):(\d+)\))re", Pick::first, true},
    PlaceRule{R"re(^\s*([^\s:][^:]*\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|rs|go)):(\d+)(?::(\d+))?: )re", Pick::first},
};

struct Compiled {
    std::array<std::unique_ptr<RE2>, rules.size()> regexes;
    Compiled() {
        RE2::Options options(RE2::Latin1);
        options.set_log_errors(false);
        for (std::size_t i = 0; i < rules.size(); ++i) {
            regexes.at(i) = std::make_unique<RE2>(rules.at(i).re, options);
        }
    }
};

std::string text(const re2::StringPiece& piece) {
    return piece.data() == nullptr ? "" : std::string(piece.data(), piece.size());
}

std::uint32_t number(const re2::StringPiece& piece) {
    std::uint32_t value = 0;
    for (const char c : text(piece).substr(0, 9)) {
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return value;
}

bool exists(const std::string& path, const ParseContext& context) {
    return !path.empty() && context.content && context.content(path).has_value();
}

const std::vector<std::string>& java_roots() {
    static const std::vector<std::string> roots{"src/test/java/",
                                                "src/main/java/",
                                                "src/test/kotlin/",
                                                "src/main/kotlin/",
                                                "src/test/",
                                                "src/main/",
                                                "test/",
                                                "tests/",
                                                "src/",
                                                ""};
    return roots;
}

}  // namespace

std::string find_named_file(std::string_view file, std::string_view package_path,
                            const std::vector<std::string>& source_roots, const ParseContext& context) {
    // An import path holds the module's own name first: try the whole and then ever shorter ends of it.
    std::string directory(package_path);
    for (;;) {
        for (const auto& root : source_roots) {
            auto path = root + (directory.empty() ? "" : directory + "/") + std::string(file);
            if (exists(repository_path(path, context), context)) {
                return path;
            }
        }
        const auto slash = directory.find('/');
        if (directory.empty()) {
            return {};
        }
        directory = slash == std::string::npos ? "" : directory.substr(slash + 1);
    }
}

std::vector<model::Finding> places_in(std::string_view words, const ParseContext& context) {
    static const Compiled compiled;
    const auto lines = base::split_lines(words);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto& rule = rules.at(i);
        std::vector<model::Finding> found;
        for (auto line : lines) {
            std::array<re2::StringPiece, 4> groups;
            line = line.substr(0, 4096);
            if (!compiled.regexes.at(i)->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(),
                                               RE2::UNANCHORED, groups.data(),
                                               compiled.regexes.at(i)->NumberOfCapturingGroups() + 1)) {
                continue;
            }
            model::Finding place;
            if (rule.java) {
                auto package = text(groups[1]);
                package.resize(
                    std::min(package.size(), package.rfind('.') == std::string::npos ? 0 : package.rfind('.')));
                std::replace(package.begin(), package.end(), '.', '/');
                place.path = find_named_file(text(groups[2]), package, java_roots(), context);
                place.line = number(groups[3]);
            } else {
                place.path = text(groups[1]);
                place.line = number(groups[2]);
                place.column = number(groups[3]);
            }
            const auto inside = repository_path(place.path, context);
            if (inside.empty() || inside.find("node_modules/") != std::string::npos ||
                inside.find("site-packages/") != std::string::npos || (context.content && !exists(inside, context))) {
                continue;
            }
            if (rule.pick == Pick::last) {
                found.clear();
            }
            if (found.size() < 100) {
                found.push_back(std::move(place));
            }
            if (rule.pick == Pick::first) {
                break;
            }
        }
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

}  // namespace rfsn::check
