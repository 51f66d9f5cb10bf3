// SPDX-License-Identifier: MIT
#include "report/findings_text.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {
namespace {

constexpr std::size_t per_rule_and_file = 3;
constexpr std::size_t most_shown = 200;
constexpr std::size_t most_shown_verbose = 5000;
constexpr std::size_t most_message_lines = 12;
constexpr std::size_t most_notes = 3;
constexpr std::size_t widest_location = 48;
constexpr std::size_t widest_code = 20;

/// One finding as it will stand on the screen.
struct Row {
    const model::Finding* finding = nullptr;
    std::string location;
    std::string code;
    std::vector<std::string> message;
    std::string tag;
    std::size_t more_like_it = 0;
};

std::string location_text(const model::Finding& finding) {
    if (finding.path.empty()) {
        return "(project)";
    }
    std::string out = clean_path(finding.path);
    if (finding.line > 0) {
        out += fmt::format(":{}", finding.line);
        if (finding.column > 0) {
            out += fmt::format(":{}", finding.column);
        }
    }
    return out;
}

std::string tag_text(const model::Finding& finding, const Paint& paint) {
    std::string out = clean(finding.tool, 100);
    const auto add = [&](std::string_view word) { out += fmt::format("{}{}", paint.dot(), word); };
    if (finding.severity != model::Severity::error) {
        add(model::name(finding.severity));
    }
    if (finding.fixable) {
        add("fixable");
    }
    if (finding.flaky) {
        add("flaky: red in one of two runs");
    }
    if (finding.already_on_head) {
        add("already on HEAD");
    } else if (!finding.blocking) {
        add(finding.on_changed_line == false ? "not on a changed line" : "does not block");
    }
    return out;
}

/// Never without words: some tools say only which test it was.
std::vector<std::string> message_of(const model::Finding& finding) {
    std::vector<std::string> lines = clean_lines(finding.message, most_message_lines);
    const bool test = finding.code == "test";
    if (lines.empty()) {
        lines.push_back(test ? "a test failed" : "(no message)");
    } else if (lines.size() == 1) {
        const std::string_view line = base::trim(lines.front());
        const std::string_view subject = base::trim(line.substr(0, line.find_last_not_of(':') + 1));
        if (subject.empty()) {
            lines.front() = test ? "a test failed" : "(no message)";
        } else if (subject.size() < line.size()) {
            lines.front() = std::string(subject) + (test ? " failed" : "");
        }
    }
    return lines;
}

/// What is shown, in order of path and position, at most three of a kind in a file.
std::vector<Row> choose(const model::Report& report, bool verbose, const Paint& paint, std::size_t& left_out) {
    std::vector<std::size_t> order(report.findings.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return report.findings[a].path < report.findings[b].path; });
    using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
    struct Group {
        std::size_t count = 0;
        std::size_t last_row = 0;
    };
    std::map<Key, Group> groups;
    const std::size_t most = verbose ? most_shown_verbose : most_shown;
    std::vector<Row> rows;
    for (const std::size_t index : order) {
        const model::Finding& finding = report.findings[index];
        if (!finding.blocking && !verbose) {
            continue;
        }
        Group& group = groups[Key{finding.path, finding.tool, finding.code}];
        ++group.count;
        if (!verbose && group.count > per_rule_and_file) {
            if (group.last_row < rows.size()) {
                ++rows[group.last_row].more_like_it;
            } else {
                ++left_out;
            }
            continue;
        }
        group.last_row = rows.size();
        if (rows.size() >= most) {
            ++left_out;
            continue;
        }
        Row row;
        row.finding = &finding;
        row.location = location_text(finding);
        row.code = clean(finding.code, 60);
        row.message = message_of(finding);
        row.tag = tag_text(finding, paint);
        rows.push_back(std::move(row));
    }
    return rows;
}

struct Widths {
    std::size_t location = 0;
    std::size_t code = 0;
    std::size_t message = 0;
};

Widths measure(const std::vector<Row>& rows, int terminal_width) {
    Widths widths;
    std::size_t tag = 0;
    for (const Row& row : rows) {
        const std::size_t location = base::display_width(row.location);
        if (location <= widest_location) {
            widths.location = std::max(widths.location, location);
        }
        const std::size_t code = base::display_width(row.code);
        if (code <= widest_code) {
            widths.code = std::max(widths.code, code);
        }
        tag = std::max(tag, base::display_width(row.tag));
    }
    const std::size_t width = static_cast<std::size_t>(std::clamp(terminal_width, 60, 160));
    const std::size_t taken = widths.location + 2 + (widths.code == 0 ? 0 : widths.code + 2) + 2 + tag;
    const std::size_t room = width > taken ? width - taken : 0;
    for (const Row& row : rows) {
        const std::size_t message = base::display_width(row.message.front());
        if (message <= room) {
            widths.message = std::max(widths.message, message);
        }
    }
    return widths;
}

std::string row_text(const Row& row, const Widths& widths, const TerminalOptions& options) {
    const Paint paint(options.traits);
    const model::Finding& finding = *row.finding;
    const auto blanks = [](const std::string& text, std::size_t width) {
        const std::size_t columns = base::display_width(text);
        return std::string(columns < width ? width - columns : 0, ' ');
    };
    std::string out = paint.bold(row.location) + blanks(row.location, widths.location) + "  ";
    if (widths.code > 0) {
        out += finding.blocking && finding.severity == model::Severity::error ? paint.red(row.code)
                                                                              : paint.yellow(row.code);
        out += blanks(row.code, widths.code) + "  ";
    }
    out += row.message.front() + blanks(row.message.front(), widths.message) + "  " + paint.dim(row.tag) + '\n';
    for (std::size_t i = 1; i < row.message.size(); ++i) {
        out += "    | " + row.message[i] + '\n';
    }
    out += source_excerpt(finding, options.traits);
    const std::size_t notes = options.verbose ? finding.notes.size() : std::min(finding.notes.size(), most_notes);
    for (std::size_t i = 0; i < notes; ++i) {
        const model::Note& note = finding.notes[i];
        std::string place = note.path.empty() ? "" : clean_path(note.path);
        if (note.line > 0) {
            place += fmt::format(":{}", note.line);
        }
        out += fmt::format("    note: {}{}{}\n", place, place.empty() ? "" : ": ", clean(note.message));
    }
    if (row.more_like_it > 0) {
        out += paint.dim(fmt::format("    +{} more like this (-v shows them)", row.more_like_it)) + '\n';
    }
    return out;
}

std::string not_blocking_line(const model::Report& report, const Paint& paint) {
    std::size_t on_head = 0;
    std::size_t elsewhere = 0;
    std::size_t other = 0;
    for (const model::Finding& finding : report.findings) {
        if (!finding.blocking) {
            ++(finding.already_on_head ? on_head : finding.on_changed_line == false ? elsewhere : other);
        }
    }
    const std::size_t all = on_head + elsewhere + other;
    if (all == 0) {
        return {};
    }
    std::string why;
    const auto add = [&](std::size_t count, std::string_view what) {
        if (count > 0) {
            why += fmt::format("{}{} {}", why.empty() ? "" : ", ", count, what);
        }
    };
    add(on_head, "already on HEAD");
    add(elsewhere, "not on a changed line");
    add(other, "only advice");
    return paint.dim(fmt::format("{} that {} not block: {} (-v shows {})", counted(all, "finding"),
                                 all == 1 ? "does" : "do", why, all == 1 ? "it" : "them")) +
           '\n';
}

}  // namespace

std::string findings_text(const model::Report& report, const TerminalOptions& options) {
    const Paint paint(options.traits);
    std::size_t left_out = 0;
    const std::vector<Row> rows = choose(report, options.verbose, paint, left_out);
    const Widths widths = measure(rows, options.traits.width);
    std::string out;
    for (const Row& row : rows) {
        out += row_text(row, widths, options);
    }
    if (left_out > 0) {
        out += fmt::format("+{} not shown ({})\n", counted(left_out, "more finding"),
                           options.verbose ? "--format json has them all" : "-v shows them");
    }
    if (!options.verbose) {
        out += not_blocking_line(report, paint);
    }
    return out;
}

}  // namespace rfsn::report
