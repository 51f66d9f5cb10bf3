// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/machine_form.hpp"
#include "report/report.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {
namespace {

enum class Level { error, warning, notice };
constexpr std::array level_names{"error", "warning", "notice"};
/// GitHub drops what comes after ten of a kind in a step; one notice is kept for saying so.
constexpr std::array<std::size_t, 3> limits{10, 10, 9};
constexpr std::size_t most_message_bytes = 4000;
constexpr std::size_t most_message_lines = 30;

std::string escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

std::string message_text(std::string_view message) {
    return fmt::format("{}", fmt::join(clean_lines(cut(message, most_message_bytes), most_message_lines), "\n"));
}

/// The path must be the file's own for GitHub to place the annotation, so its line ends are escaped as GitHub wants;
/// what could act on a terminal that shows the log is not passed on.
std::string path_property(std::string_view path) {
    std::string out;
    std::size_t start = 0;
    while (start <= path.size()) {
        const std::size_t end = std::min(path.find_first_of("\r\n", start), path.size());
        out += escaped(base::printable(path.substr(start, end - start)), true);
        if (end < path.size()) {
            out += escaped(path.substr(end, 1), true);
        }
        start = end + 1;
    }
    return out;
}

class Annotations {
   public:
    void add(Level level, const std::string& properties, std::string_view title, std::string_view message) {
        const auto index = static_cast<std::size_t>(level);
        if (++counts_.at(index) > limits.at(index)) {
            return;
        }
        out_ += fmt::format("::{} {}title={}::{}\n", level_names.at(index), properties,
                            escaped(clean(title, 200), true), escaped(message, false));
    }
    [[nodiscard]] std::string finish() {
        std::vector<std::string> more;
        for (std::size_t i = 0; i < limits.size(); ++i) {
            if (counts_.at(i) > limits.at(i)) {
                more.push_back(counted(counts_.at(i) - limits.at(i), fmt::format("more {}", level_names.at(i))));
            }
        }
        if (!more.empty()) {
            out_ +=
                fmt::format("::notice title=git-rfsn::{} not shown here; git rfsn check --format json has them all\n",
                            fmt::join(more, ", "));
        }
        return std::move(out_);
    }

   private:
    std::string out_;
    std::array<std::size_t, 3> counts_{};
};

Level level_of(const model::Finding& finding) {
    if (finding.blocking) {
        return Level::error;
    }
    return finding.severity == model::Severity::info || finding.already_on_head ? Level::notice : Level::warning;
}

std::string position(const model::Finding& finding) {
    if (finding.path.empty()) {
        return {};
    }
    std::string out = fmt::format("file={},", path_property(finding.path));
    if (finding.line > 0) {
        out += fmt::format("line={},endLine={},", finding.line, std::max(finding.line, finding.end_line));
        const std::uint32_t end = std::max(finding.line, finding.end_line);
        // A column on one line only: GitHub refuses columns with a range of lines.
        if (const auto column = utf16_column(finding, finding.column); column && end == finding.line) {
            out += fmt::format("col={},", *column);
        }
    }
    return out;
}

}  // namespace

std::string github(const model::Report& report) {
    Annotations annotations;
    for (const model::CheckRun& run : report.runs) {
        const bool failed = run.state == model::RunState::error || run.state == model::RunState::unavailable;
        if (!failed) {
            continue;
        }
        const std::string remedy = run.remedy.empty() ? run.plan.remedy : run.remedy;
        std::string message = clean(run_reason(run));
        if (!remedy.empty()) {
            message += "; " + clean(remedy);
        }
        annotations.add(run.plan.required || run.state == model::RunState::error ? Level::error : Level::warning, "",
                        fmt::format("{}: {}", run.plan.id, model::name(run.state)), message);
    }
    for (const model::Finding* finding : most_relevant(report, report.findings.size())) {
        annotations.add(level_of(*finding), position(*finding), rule_id(*finding), message_text(finding->message));
    }
    if (report.verdict == model::Verdict::error) {
        annotations.add(Level::error, "", "git-rfsn", plain_verdict(report));
    }
    return annotations.finish() + "git-rfsn: " + plain_verdict(report) + '\n';
}

}  // namespace rfsn::report
