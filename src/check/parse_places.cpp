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
    PlaceRule{R"re(^((?:[A-Za-z]:[\\/])?[^\s:()][^:()]*\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx)):(\d+)$)re", Pick::every},
    PlaceRule{R"re(^(?:\S+: )?([^\s:][^:]*):(\d+): .*Assertion .* failed)re", Pick::first},
    // pytest: the innermost frame
    PlaceRule{R"re(^E\s+File "([^"<]+)", line (\d+))re", Pick::last},
    PlaceRule{R"re(^([^\s:<][^:]*\.pyx?):(\d+): )re", Pick::last},
    PlaceRule{R"re(^\s*File "([^"<]+)", line (\d+))re", Pick::last},
    // bats, Perl's Test::More, Catch2's JUnit
    PlaceRule{R"re(\(in test file ([^()]+), line (\d+)\))re", Pick::first},
    PlaceRule{R"re(^#?\s*at (\S+) line (\d+)\.$)re", Pick::first},
    PlaceRule{R"re(^at ([^\s:(][^:()]*):(\d+)$)re", Pick::every},
    // JavaScript: the outermost call comes last, the failing one first
    PlaceRule{R"re(\((?:file://)?([^()]+\.(?:[cm]?[jt]sx?|vue|svelte)):(\d+):(\d+)\))re", Pick::first},
    PlaceRule{R"re(^\s*(?:at|❯) (?:async )?(?:\S+ )?(?:file://)?([^()\s]+\.(?:[cm]?[jt]sx?|vue|svelte)):(\d+):(\d+))re",
              Pick::first},
    PlaceRule{R"re(^\s*(?:file://)?(/[^()\s]+\.[cm]?[jt]sx?):(\d+)(?::(\d+))?)re", Pick::first},
    // .NET
    PlaceRule{R"re( in ((?:[A-Za-z]:)?[^:]+\.(?:cs|fs|vb)):(?:line )?(\d+))re", Pick::first},
    // Java: only a file's name, its directory comes from the class
    PlaceRule{R"re(^\s*at (?:[\w.@-]*/{1,2})?([\w$.]+)\.[\w$<>-]+\((\w+\.(?:java|kt|scala|groovy)):(\d+)\))re",
              Pick::first, true},
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

/// Frames of test frameworks and runtimes, which no report is about.
bool library_class(std::string_view name) {
    for (const std::string_view start : {"java.",
                                         "javax.",
                                         "jdk.",
                                         "sun.",
                                         "com.sun.",
                                         "org.junit.",
                                         "junit.",
                                         "org.opentest4j.",
                                         "org.hamcrest.",
                                         "org.assertj.",
                                         "org.mockito.",
                                         "org.testng.",
                                         "org.gradle.",
                                         "org.apache.maven.",
                                         "kotlin.",
                                         "kotlinx.",
                                         "scala.",
                                         "groovy.",
                                         "org.codehaus.groovy.",
                                         "org.springframework.",
                                         "com.google.common.truth."}) {
        if (name.substr(0, start.size()) == start) {
            return true;
        }
    }
    return false;
}

bool library_path(std::string_view path) {
    for (const std::string_view part :
         {"node_modules/", "site-packages/", "dist-packages/", "/usr/lib/", "/usr/include/", "/lib/python",
          "node:", "/rustc/", "/.cargo/registry/", "/go/pkg/mod/", "internal/", "/_build/"}) {
        const auto at = path.find(part);
        if (at != std::string_view::npos && (part != "internal/" || at == 0)) {
            return true;
        }
    }
    return false;
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

/// Whether a place may be where a test failed: in the repository, or in a log of another machine anywhere but in what
/// is installed.
bool in_question(const std::string& path, const ParseContext& context) {
    if (!plausible_path(path) || library_path(path)) {
        return false;
    }
    const auto inside = repository_path(path, context);
    return context.keep_outside || (!inside.empty() && (!context.content || exists(inside, context)));
}

/// What an assertion that others may follow says on the lines below its place.
std::string below(const std::vector<std::string_view>& lines, std::size_t at) {
    constexpr std::size_t most = 8;
    std::string out;
    for (std::size_t i = at + 1; i < lines.size() && i <= at + most; ++i) {
        const auto line = lines[i];
        const bool next = line.find(": Failure") != std::string_view::npos || line.substr(0, 1) == "[" ||
                          line.substr(0, 5) == "-----" || line.substr(0, 5) == ".....";
        if (next || (base::trim(line).empty() && !out.empty())) {
            break;
        }
        out += (out.empty() ? "" : "\n") + std::string(line.substr(0, 1000));
    }
    return std::string(base::trim(out));
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

std::string find_class_file(std::string_view file, std::string_view class_name, const ParseContext& context) {
    const auto dot = class_name.rfind('.');
    std::string package(class_name.substr(0, dot == std::string_view::npos ? 0 : dot));
    std::replace(package.begin(), package.end(), '.', '/');
    auto found = find_named_file(file, package, java_roots(), context);
    return found.empty() && context.keep_outside ? std::string(file) : found;
}

std::vector<model::Finding> places_in(std::string_view words, const ParseContext& context) {
    // node:test wraps the error that counts in one of its own.
    const auto cause =
        words.find("ERR_TEST_FAILURE") == std::string_view::npos ? std::string_view::npos : words.find("cause: ");
    if (cause != std::string_view::npos) {
        auto places = places_in(words.substr(cause + 1), context);
        if (!places.empty()) {
            return places;
        }
    }
    static const Compiled compiled;
    const auto lines = base::split_lines(words);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto& rule = rules.at(i);
        std::vector<model::Finding> found;
        for (std::size_t at = 0; at < lines.size(); ++at) {
            auto line = lines[at];
            std::array<re2::StringPiece, 4> groups;
            line = line.substr(0, 4096);
            if (!compiled.regexes.at(i)->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(),
                                               RE2::UNANCHORED, groups.data(),
                                               compiled.regexes.at(i)->NumberOfCapturingGroups() + 1)) {
                continue;
            }
            model::Finding place;
            if (rule.java) {
                if (library_class(text(groups[1]))) {
                    continue;
                }
                place.path = find_class_file(text(groups[2]), text(groups[1]), context);
                place.line = number(groups[3]);
            } else {
                place.path = text(groups[1]);
                place.line = number(groups[2]);
                place.column = number(groups[3]);
            }
            if (!in_question(place.path, context)) {
                continue;
            }
            if (rule.pick == Pick::every) {
                place.message = below(lines, at);
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
