// SPDX-License-Identifier: MIT
#include "check/parse_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "check/parse_rules.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t max_line = 65536;
constexpr std::size_t max_message = 16384;
constexpr int max_groups = 16;

using Fields = std::map<std::string, std::string, std::less<>>;

/// Named groups of a match; a group that took no part is not set.
bool match(const LinePattern& pattern, std::string_view line, Fields& fields) {
    std::array<re2::StringPiece, max_groups> groups;
    const int count = std::min(pattern.re->NumberOfCapturingGroups() + 1, max_groups);
    if (!pattern.re->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED, groups.data(),
                           count)) {
        return false;
    }
    for (const auto& [number, name] : pattern.groups) {
        if (number < count) {
            const auto& group = groups.at(static_cast<std::size_t>(number));
            if (group.data() != nullptr) {
                fields[name] = std::string(group.data(), group.size());
            }
        }
    }
    return true;
}

std::uint32_t number(const Fields& fields, std::string_view key) {
    const auto found = fields.find(key);
    std::uint32_t value = 0;
    if (found != fields.end()) {
        const auto& text = found->second;
        const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
        if (result.ec != std::errc()) {
            return 0;
        }
    }
    return value;
}

std::string text_of(const Fields& fields, std::string_view key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
}

/// "{test}: {message}" with the captured values; a name that was not captured is empty.
std::string fill(std::string_view text, const Fields& fields) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto close = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += text[i];
            continue;
        }
        out += text_of(fields, text.substr(i + 1, close - i - 1));
        i = close;
    }
    return out;
}

/// One pass over one log.
class Pass {
   public:
    explicit Pass(const TextParser::Rules& rules) : rules_(rules) {}

    void line(std::string_view text) {
        if (open_ != nullptr && follows(text)) {
            return;
        }
        for (const auto& pattern : rules_.patterns) {
            Fields fields;
            if (match(pattern.start, text, fields)) {
                start(pattern, std::move(fields));
                return;
            }
        }
    }

    std::vector<model::Finding> finish() {
        close();
        return std::move(findings_);
    }
    [[nodiscard]] bool full() const { return findings_.size() >= 2 * max_findings; }

   private:
    /// Whether the line belongs to the open finding; closes it when it does not.
    bool follows(std::string_view text) {
        if (++lines_ > open_->max_lines) {
            close();
            return false;
        }
        for (const auto& rule : open_->follow) {
            Fields fields;
            if (match(rule.match, text, fields)) {
                take(rule.keep, fields);
                return true;
            }
        }
        Fields ignored;
        if (!open_->until.re || match(open_->until, text, ignored)) {
            close();
            return false;
        }
        return !starts_finding(text);
    }

    /// Inside a block a line that starts another block ends this one.
    bool starts_finding(std::string_view text) {
        Fields ignored;
        if (!match(open_->start, text, ignored)) {
            return false;
        }
        close();
        return true;
    }

    void take(Keep keep, Fields& fields) {
        if (keep == Keep::note) {
            if (notes_.size() < 50) {
                notes_.push_back(note(fields));
            }
            return;
        }
        if (keep == Keep::first) {
            for (const auto& entry : fields) {
                if (fields_.count(entry.first) != 0 && entry.first != "message") {
                    return;
                }
            }
        }
        for (auto& [name, value] : fields) {
            auto& slot = fields_[name];
            const bool append = keep == Keep::append && name == "message" && !slot.empty();
            if (append && slot.size() < max_message) {
                slot += "\n" + value;
            } else if (!append && (keep != Keep::first || slot.empty())) {
                slot = std::move(value);
            }
        }
    }

    void start(const TextPattern& pattern, Fields fields) {
        if (pattern.kind == PatternKind::note) {
            if (open_ != nullptr) {
                close();
            }
            if (!findings_.empty() && findings_.back().notes.size() < 50) {
                findings_.back().notes.push_back(note(fields));
            }
            return;
        }
        close();
        if (pattern.kind == PatternKind::before) {
            if (pending_.size() < 50) {
                pending_.push_back(note(fields));
            }
            return;
        }
        if (pattern.kind == PatternKind::file) {
            file_ = path(text_of(fields, "file"));
            return;
        }
        if (pattern.kind == PatternKind::finding) {
            open_ = &pattern;
            fields_ = std::move(fields);
            notes_ = std::exchange(pending_, {});
            lines_ = 0;
        }
    }

    void close() {
        if (open_ == nullptr) {
            return;
        }
        const auto* pattern = std::exchange(open_, nullptr);
        if (!file_.empty()) {
            fields_.try_emplace("file", file_);
        }
        for (const auto& name : pattern->require) {
            if (text_of(fields_, name).empty()) {
                return;
            }
        }
        for (const char* key : {"severity", "code", "message"}) {
            const auto constant = pattern->constants.find(key);
            if (constant != pattern->constants.end()) {
                fields_[key] = fill(constant->second, fields_);
            }
        }
        findings_.push_back(finding());
    }

    model::Finding finding() {
        model::Finding out;
        out.path = path(text_of(fields_, "file"));
        out.line = number(fields_, "line");
        out.column = column("col");
        out.end_line = number(fields_, "end_line");
        out.end_column = column("end_col");
        if (out.end_column != 0 && !rules_.end_exclusive) {
            ++out.end_column;
        }
        if (out.end_column != 0 && out.end_line == 0) {
            out.end_line = out.line;
        }
        out.severity = severity();
        out.blocking = std::find(rules_.blocking.begin(), rules_.blocking.end(), out.severity) != rules_.blocking.end();
        out.code = text_of(fields_, "code");
        out.message = text_of(fields_, "message").substr(0, max_message);
        out.notes = std::move(notes_);
        notes_.clear();
        return out;
    }

    [[nodiscard]] std::uint32_t column(std::string_view key) const {
        return fields_.find(key) == fields_.end() ? 0 : number(fields_, key) + 1 - rules_.column_base;
    }

    [[nodiscard]] model::Severity severity() const {
        auto word = text_of(fields_, "severity");
        if (word.empty()) {
            word = text_of(fields_, rules_.severity_from);
        }
        std::transform(word.begin(), word.end(), word.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
        // The longest key that the word starts with: "fatal error" by "fatal", "e501" by "e".
        for (std::size_t size = word.size(); size > 0; --size) {
            const auto found = rules_.severities.find(word.substr(0, size));
            if (found != rules_.severities.end()) {
                return found->second;
            }
        }
        for (const auto severity : {model::Severity::error, model::Severity::warning, model::Severity::info}) {
            if (word == model::name(severity)) {
                return severity;
            }
        }
        return rules_.fallback;
    }

    [[nodiscard]] model::Note note(const Fields& fields) const {
        return {path(text_of(fields, "file")), number(fields, "line"),
                text_of(fields, "message").substr(0, max_message)};
    }

    [[nodiscard]] std::string path(std::string text) const {
        if (rules_.backslashes) {
            std::replace(text.begin(), text.end(), '\\', '/');
        }
        return text;
    }

    const TextParser::Rules& rules_;
    std::vector<model::Finding> findings_;
    const TextPattern* open_ = nullptr;
    Fields fields_;
    std::vector<model::Note> notes_;
    std::vector<model::Note> pending_;
    std::size_t lines_ = 0;
    std::string file_;
};

}  // namespace

TextParser::TextParser(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
TextParser::TextParser(TextParser&&) noexcept = default;
TextParser& TextParser::operator=(TextParser&&) noexcept = default;
TextParser::~TextParser() = default;

base::Result<TextParser> TextParser::load(std::string_view name, const base::DocNode& rules) {
    RFSN_ASSIGN(auto loaded, load_rules(name, rules));
    return TextParser(std::move(loaded));
}

std::vector<model::Finding> TextParser::parse(std::string_view text) const {
    Pass pass(*rules_);
    while (!text.empty() && !pass.full()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        // What a progress display has overwritten is not part of the line.
        const auto overwritten = line.rfind('\r');
        if (overwritten != std::string_view::npos) {
            line.remove_prefix(overwritten + 1);
        }
        pass.line(line.substr(0, max_line));
    }
    return pass.finish();
}

ColumnUnit TextParser::column_unit() const {
    return rules_->unit;
}

}  // namespace rfsn::check
