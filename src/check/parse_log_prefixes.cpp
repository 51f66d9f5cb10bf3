// SPDX-License-Identifier: MIT
#include "check/parse_log_prefixes.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t sample_lines = 400;
constexpr std::size_t max_names = 200;
constexpr int max_layers = 3;

/// What stands in front of a line, by who puts it there.
struct Prefix {
    const char* pattern;
    std::size_t percent;  ///< of the lines that have it; 0: it goes wherever it is found
    const char* said_by;  ///< a line of the log that must be there too, or nullptr
};

constexpr Prefix prefixes[] = {
    // gh run view --log: job, step, time
    {R"(^[^\t\n]{1,200}\t[^\t\n]{1,200}\t\x{ef}?\x{bb}?\x{bf}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z(?: |$))", 0,
     nullptr},
    // GitHub Actions and Azure Pipelines count in tenths of microseconds.
    {R"(^\x{ef}?\x{bb}?\x{bf}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z(?: |$))", 0, nullptr},
    // docker build with BuildKit, and the lines that it shows again when a step has failed
    {R"(^#\d+ \d+\.\d+(?: |$))", 0, nullptr},
    {R"(^\d{1,5}\.\d{1,3} )", 0, R"((?m)^(?:#\d+ (?:\d+\.\d+ |ERROR: |\[)| > \[))"},
    // GitLab (with the stream's number), kubectl logs --timestamps
    {R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)(?: \d\d[OE]\+?)?(?: |$))", 75, nullptr},
    // Jenkins' timestamper, Buildkite
    {R"(^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?Z?\] ?)", 75, nullptr},
    // TeamCity
    {R"(^\[\d\d:\d\d:\d\d\](?:[EWFi]?:|\s)?\s*\[[^\]\n]{1,100}\](?: |$))", 75, nullptr},
    {R"(^\[?\d\d:\d\d:\d\d(?:[.,]\d{1,6})?\]?\s{1,2})", 75, nullptr},
    // journald
    {R"(^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w.@-]+(?:\[\d+\])?: )", 75, nullptr},
    // docker compose, foreman
    {R"(^[A-Za-z][\w.-]* *\|(?: |$))", 75, nullptr},
    // Earthly
    {R"(^\s*(?:[\w./-]+)?\+[\w-]+(?: \*\w+\*)? \|(?: |$))", 75, nullptr},
    // what a git hook prints on the other side
    {R"(^remote:(?: |$))", 75, nullptr},
    // lefthook
    {R"(^\x{e2}\x{94}\x{83}\s{0,2})", 60, nullptr},
    // Turborepo says of every task what its cache did.
    {R"(^@?[\w./-]*[\w-]:[A-Za-z][\w:-]*:(?: |$))", 50,
     R"(cache (?:miss, executing|hit, replaying|bypass, force executing))"},
    // yarn workspaces foreach --verbose
    {R"(^(?:\x{e2}\x{9e}\x{a4} YN\d{4}: )?(?:\x{e2}\x{94}\x{82} )?\[[@\w./-]+\]:(?: |$))", 50, nullptr},
    // lerna run --stream
    {R"(^(?:@[\w.-]+/)?[\w-]+:(?: |$))", 50, R"((?m)^lerna (?:info|notice|success|ERR!))"},
    // concurrently
    {R"(^\[[\w:@/. -]+\](?: |$))", 50, R"((?m)^\[[\w:@/. -]+\] .* exited with code \d+$)"},
};

/// pnpm names the package's folder and the script ("packages/a test$ vitest run"), then puts both in front of each
/// line.
constexpr const char* pnpm_script = R"((?m)^([\w@./-]{1,200} [\w:-]{1,100})\$ \S)";
/// Prefix of a CI service's own commands, and what is left of them where a page's text was copied.
constexpr const char* command = R"(^##\[(?:error|warning|notice|debug|command|section)\])";
constexpr const char* copied =
    R"(^[ \t]*(?:Error|Warning|Notice):[ \t]((?:[^\s:()][^:()\n]*(?:\(\d+,\d+\): |:\d+:\d+:? )|[ \t]+\d+:\d+[ \t]+(?:error|warning)[ \t]).*))";

const RE2::Options& options() {
    static const auto made = [] {
        RE2::Options out(RE2::Latin1);
        out.set_log_errors(false);
        return out;
    }();
    return made;
}

struct Compiled {
    std::unique_ptr<RE2> prefix, anywhere, said_by;
    std::size_t percent = 0;
};

const std::vector<Compiled>& compiled() {
    static const auto all = [] {
        std::vector<Compiled> out;
        for (const auto& one : prefixes) {
            out.push_back({std::make_unique<RE2>(one.pattern, options()),
                           std::make_unique<RE2>(std::string("(?m)") + one.pattern, options()),
                           one.said_by != nullptr ? std::make_unique<RE2>(one.said_by, options()) : nullptr,
                           one.percent});
        }
        return out;
    }();
    return all;
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

/// How many of the sample's lines have each prefix; a line counts for the first that it has.
std::vector<std::size_t> percentages(std::string_view text) {
    const auto& all = compiled();
    std::vector<std::size_t> counts(all.size());
    std::size_t lines = 0;
    while (!text.empty() && lines < sample_lines) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, std::min<std::size_t>(end, 1000));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (base::trim(line).empty()) {
            continue;
        }
        ++lines;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (RE2::PartialMatch(piece(line), *all[i].prefix)) {
                ++counts[i];
                break;
            }
        }
    }
    for (auto& count : counts) {
        count = lines == 0 ? 0 : count * 100 / lines;
    }
    return counts;
}

/// Those that this log's lines have.
std::vector<const RE2*> prefixes_of(std::string_view text) {
    std::vector<const RE2*> out;
    const auto found = percentages(text);
    const auto& all = compiled();
    bool most = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool needed = all[i].percent == 0 ? RE2::PartialMatch(piece(text), *all[i].anywhere)
                                                : !most && found[i] >= all[i].percent;
        if (needed && (all[i].said_by == nullptr || RE2::PartialMatch(piece(text), *all[i].said_by))) {
            out.push_back(all[i].prefix.get());
            most = most || all[i].percent != 0;
        }
    }
    return out;
}

std::string strip(std::string_view text, const std::vector<const RE2*>& fronts) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto size = end == std::string_view::npos ? text.size() : end + 1;
        re2::StringPiece line(text.data(), size - (end == std::string_view::npos ? 0 : 1));
        text.remove_prefix(size);
        for (const auto* prefix : fronts) {
            if (RE2::Consume(&line, *prefix)) {
                break;
            }
        }
        out.append(line.data(), line.size());
        if (end != std::string_view::npos) {
            out += '\n';
        }
    }
    return out;
}

/// The folders and scripts that pnpm says it runs, longest first.
std::unique_ptr<RE2> pnpm_prefix(std::string_view text) {
    static const RE2 script(pnpm_script, options());
    std::set<std::string> names;
    auto rest = piece(text);
    std::string name;
    while (names.size() < max_names && RE2::FindAndConsume(&rest, script, &name)) {
        names.insert(name);
    }
    std::string pattern;
    for (const auto& one : names) {
        pattern += (pattern.empty() ? "^(?:" : "|") + RE2::QuoteMeta(one);
    }
    return pattern.empty() ? nullptr : std::make_unique<RE2>(pattern + "):(?: |$)", options());
}

}  // namespace

std::string without_line_prefixes(std::string_view text) {
    static const RE2 marked(command, options());
    static const RE2 any_shown(std::string("(?m)") + copied, options());
    std::string out(text);
    for (int layer = 0; layer < max_layers; ++layer) {
        auto found = prefixes_of(out);
        if (out.find("##[") != std::string::npos) {
            found.push_back(&marked);
        }
        const auto pnpm = layer == 0 || !found.empty() ? pnpm_prefix(out) : nullptr;
        if (pnpm != nullptr) {
            found.push_back(pnpm.get());
        }
        if (found.empty()) {
            break;
        }
        out = strip(out, found);
    }
    if (RE2::PartialMatch(piece(out), any_shown)) {
        RE2::GlobalReplace(&out, any_shown, R"(\1)");
    }
    return out;
}

}  // namespace rfsn::check
