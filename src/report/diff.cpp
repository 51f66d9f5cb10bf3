// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/report.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {
namespace {

constexpr std::size_t most_named = 5;
constexpr std::size_t widest_line = 2000;

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// `count` in all, of which the first few are in `items`.
std::string joined(const std::vector<std::string>& items, std::size_t count, std::string_view separator) {
    std::string out;
    const std::size_t named = std::min(items.size(), most_named);
    for (std::size_t i = 0; i < named; ++i) {
        out += std::string(i == 0 ? "" : separator) + clean(items[i], 300);
    }
    return count <= named ? out : out + fmt::format("{}+{} more", separator, count - named);
}

std::string joined(const std::vector<std::string>& items, std::string_view separator) {
    return joined(items, items.size(), separator);
}

std::string checks_text(const model::Evidence& evidence, const Paint& paint) {
    std::vector<std::string> out;
    std::vector<const model::CheckDelta*> deltas;
    // What changed is the proof; what stayed green comes behind it.
    for (const bool changed : {true, false}) {
        for (const model::CheckDelta& delta : evidence.checks) {
            if ((delta.before != delta.after) == changed && deltas.size() < most_named) {
                deltas.push_back(&delta);
            }
        }
    }
    for (const model::CheckDelta* each : deltas) {
        const model::CheckDelta& delta = *each;
        std::string one = fmt::format("{} {} -> {}", delta.check, model::name(delta.before), model::name(delta.after));
        if (delta.findings_before != delta.findings_after) {
            one += fmt::format(" ({} -> {})", delta.findings_before, delta.findings_after);
        }
        if (!delta.note.empty()) {
            one += fmt::format(", {}", cut(delta.note, 300));
        }
        out.push_back(std::move(one));
    }
    return out.empty() ? "no check was run" : joined(out, evidence.checks.size(), paint.dot());
}

std::string policy_text(const model::Evidence& evidence) {
    std::vector<std::string> refused;
    for (const model::PolicyVerdict& verdict : evidence.policy) {
        if (!verdict.allowed) {
            refused.push_back(verdict.reason.empty() ? verdict.rule : verdict.rule + ": " + verdict.reason);
        }
    }
    if (!refused.empty()) {
        return "refused by " + joined(refused, "; ");
    }
    if (evidence.policy.empty()) {
        return "no rule applied";
    }
    const auto size = std::find_if(evidence.policy.begin(), evidence.policy.end(),
                                   [](const model::PolicyVerdict& verdict) { return verdict.rule == "size"; });
    return counted(evidence.policy.size(), "rule") + " passed" +
           (size == evidence.policy.end() || size->reason.empty() ? "" : "; " + size->reason);
}

/// Which matches were not exact; nothing to say if all were.
std::string match_text(const model::Evidence& evidence) {
    std::vector<std::string> lenient;
    for (const std::string& level : evidence.match_levels) {
        if (level != "exact" && std::find(lenient.begin(), lenient.end(), level) == lenient.end()) {
            lenient.push_back(level);
        }
    }
    return lenient.empty() ? "" : "; found leniently by " + joined(lenient, ", ");
}

std::string_view source_text(model::ProposalSource source) {
    switch (source) {
        case model::ProposalSource::fixer:
            return "from the tools' own fixers";
        case model::ProposalSource::model:
            return "from a model";
        case model::ProposalSource::pasted:
            return "from a pasted reply";
        case model::ProposalSource::remembered:
            return "remembered from an earlier run";
    }
    return "";
}

std::string cost_text(const model::Cost& cost) {
    std::string out = counted(cost.requests, "request");
    out += fmt::format(", {} tokens sent, {} received", cost.input_tokens, cost.output_tokens);
    if (cost.priced && cost.micro_usd > 0) {
        out += fmt::format(", ${:.4f}", static_cast<double>(cost.micro_usd) * 1e-6);
    }
    return cost.model.empty() ? out : out + ", " + clean(cost.model, 100);
}

/// "@@ -a,b +c,d @@": how many lines of each side follow.
struct HunkSize {
    std::size_t removed = 0;
    std::size_t added = 0;
};

std::size_t count_in(std::string_view range) {
    const std::size_t comma = range.find(',');
    if (comma == range.npos) {
        return 1;
    }
    std::size_t count = 0;
    for (const char c : range.substr(comma + 1)) {
        if (c < '0' || c > '9' || count > 100000000) {
            return 0;
        }
        count = count * 10 + static_cast<std::size_t>(c - '0');
    }
    return count;
}

HunkSize hunk_size(std::string_view line) {
    const std::vector<std::string_view> words = base::split(line, ' ');
    return words.size() < 4 ? HunkSize{} : HunkSize{count_in(words[1]), count_in(words[2])};
}

/// Takes the first line off `text`, without its end.
std::string_view next_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

/// What a capped diff does not show; empty if nothing.
std::string left_out_text(const model::ProposalSummary& proposal, std::size_t max_lines, const Paint& paint) {
    const std::string& text = proposal.diff;
    const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::size_t lines = ends + (text.empty() || text.back() == '\n' ? 0 : 1);
    if (max_lines == 0 || lines <= max_lines) {
        return {};
    }
    const std::size_t more = lines - max_lines;
    std::string out = fmt::format("{} {}", paint.ellipsis(), counted(more, "more line"));
    if (!proposal.id.empty()) {
        out += fmt::format(" (git rfsn show {} prints {})", clean(proposal.id, 100), more == 1 ? "it" : "them all");
    }
    return paint.dim(out) + '\n';
}

}  // namespace

std::string diff(std::string_view unified, const base::TerminalTraits& traits, std::size_t max_lines) {
    const Paint paint(traits);
    const std::size_t max_bytes = max_lines == 0 ? std::string_view::npos : widest_line;
    std::string out;
    HunkSize left;
    for (std::size_t count = 0; !unified.empty() && (max_lines == 0 || count < max_lines); ++count) {
        const std::string_view line = next_line(unified);
        std::string shown = clean(line, max_bytes);
        const bool in_hunk = left.removed > 0 || left.added > 0;
        if (in_hunk && !line.empty() && line.front() == '+') {
            left.added -= left.added > 0 ? 1 : 0;
            shown = paint.green(shown);
        } else if (in_hunk && !line.empty() && line.front() == '-') {
            left.removed -= left.removed > 0 ? 1 : 0;
            shown = paint.red(shown);
        } else if (in_hunk && (line.empty() || line.front() == ' ')) {
            left.added -= left.added > 0 ? 1 : 0;
            left.removed -= left.removed > 0 ? 1 : 0;
        } else if (starts_with(line, "@@ ")) {
            left = hunk_size(line);
            shown = paint.cyan(shown);
        } else if (!starts_with(line, "\\")) {
            shown = paint.bold(shown);
        }
        out += shown + '\n';
    }
    return out;
}

std::string proposal(const model::ProposalSummary& proposal, const base::TerminalTraits& traits,
                     std::size_t max_lines) {
    const Paint paint(traits);
    std::string out =
        fmt::format("{}: {}", paint.bold(proposal.id.empty() ? "a proposal" : "proposal " + clean(proposal.id, 100)),
                    source_text(proposal.source));
    if (!proposal.strategy.empty()) {
        out += fmt::format(" ({})", clean(proposal.strategy, 300));
    }
    out += paint.dot() + counted(proposal.paths.size(), "file") + "\n\n";
    out += diff(proposal.diff, traits, max_lines) + left_out_text(proposal, max_lines, paint) + '\n';
    const model::Evidence& evidence = proposal.evidence;
    if (proposal.proven) {
        out += fmt::format("{} proven: {}\n", paint.bold_green(paint.ok()), checks_text(evidence, paint));
    } else {
        out += fmt::format("{} not proven: {}\n", paint.bold_red(paint.bad()),
                           proposal.refusal.empty() ? "no reason given" : clean(proposal.refusal));
        out += fmt::format("  checks: {}\n", checks_text(evidence, paint));
    }
    out += fmt::format("  policy: {}{}\n", policy_text(evidence), match_text(evidence));
    out += fmt::format("  not run: {}\n",
                       evidence.not_run.empty() ? "nothing was left out" : joined(evidence.not_run, "; "));
    if (proposal.cost.requests > 0) {
        out += fmt::format("  cost: {}\n", cost_text(proposal.cost));
    }
    const std::string id = clean(proposal.id, 100);
    if (proposal.proven) {
        out +=
            fmt::format("\n  {}   or   {}\n", paint.cyan("git rfsn apply " + id), paint.cyan("git rfsn discard " + id));
    } else if (!id.empty()) {
        out += fmt::format("\n  {}\n", paint.cyan("git rfsn discard " + id));
    }
    return out;
}

}  // namespace rfsn::report
