// SPDX-License-Identifier: MIT
#include "check/parse_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "check/parse_places.hpp"
#include "check/parse_rules.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t max_line = 65536;
constexpr std::size_t max_message = 16384;
constexpr std::size_t max_notes = 50;
constexpr std::size_t max_directories = 200;
constexpr int max_groups = 16;

using Fields = std::map<std::string, std::string, std::less<>>;

bool matches(const LinePattern& pattern, std::string_view line) {
    return pattern.re != nullptr && RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *pattern.re);
}

/// Named groups of a match; a group that took no part is not set. What stands where a path is expected must be able to
/// be one.
bool match(const LinePattern& pattern, std::string_view line, Fields& fields) {
    std::array<re2::StringPiece, max_groups> groups;
    const int count = std::min(pattern.re->NumberOfCapturingGroups() + 1, max_groups);
    if (!pattern.re->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED, groups.data(),
                           count)) {
        return false;
    }
    for (const auto& [number, name] : pattern.groups) {
        if (number >= count) {
            continue;
        }
        const auto& group = groups.at(static_cast<std::size_t>(number));
        if (group.data() == nullptr) {
            continue;
        }
        std::string text(group.data(), group.size());
        // A pattern's alternatives can't use one name twice: "line2" is another "line".
        const bool again = name.back() == '2';
        const auto key = again ? name.substr(0, name.size() - 1) : name;
        if (key == "file" && !plausible_path(text)) {
            return false;
        }
        fields[key] = std::move(text);
    }
    return true;
}

std::uint32_t number(const Fields& fields, std::string_view key) {
    const auto found = fields.find(key);
    std::uint32_t value = 0;
    if (found != fields.end()) {
        const auto& text = found->second;
        const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
        if (result.ec != std::errc() || value > INT32_MAX) {
            return 0;
        }
    }
    return value;
}

std::string text_of(const Fields& fields, std::string_view key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
}

/// "{test}: {message}" with the captured values; of a value that was not captured, the ": " beside it goes too.
std::string fill(std::string_view text, const Fields& fields) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto close = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += text[i];
            continue;
        }
        const auto value = text_of(fields, text.substr(i + 1, close - i - 1));
        i = close;
        if (value.empty() && text.substr(i + 1, 2) == ": ") {
            i += 2;
        }
        out += value;
    }
    if (out.size() > 2 && out.compare(out.size() - 2, 2, ": ") == 0) {
        out.resize(out.size() - 2);
    }
    return out;
}

/// A test's name as one form: "TestK::test_x" and "TestK.test_x" are the same.
std::string test_key(std::string name) {
    for (auto at = name.find("::"); at != std::string::npos; at = name.find("::", at)) {
        name.replace(at, 2, ".");
    }
    return name;
}

std::string joined(const std::string& directory, const std::string& path) {
    return directory.empty() ? path : directory + "/" + path;
}

/// "/p/build" and "../src/a.c" are "/p/src/a.c".
std::string climbed(std::string directory, std::string_view path) {
    while (path.substr(0, 3) == "../" && directory.size() > 1) {
        path.remove_prefix(3);
        const auto slash = directory.rfind('/');
        directory.resize(slash == std::string::npos ? 0 : slash);
    }
    return joined(directory, std::string(path));
}

/// "/a%20b" is "/a b", and "/C:/x" a drive's.
std::string from_uri(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* const end = text.data() + std::min(i + 3, text.size());
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(text.data() + i + 1, end, value, 16).ptr == end &&
            value >= 0x20) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i];
        }
    }
    const bool drive = out.size() > 2 && out[0] == '/' && out[2] == ':';
    return drive ? out.substr(1) : out;
}

/// Where relative paths start, as make, ninja and their like say when they enter a directory.
class Directories {
   public:
    explicit Directories(const ParseContext& context) : context_(context) {}

    void enter(std::string directory, bool first_level) {
        if (directory.empty() || stack_.size() >= max_directories) {
            return;
        }
        if (outermost_.empty() && first_level) {
            outermost_ = directory;
        }
        if (directory.front() != '/' && !stack_.empty()) {
            directory = joined(stack_.back(), directory);
        }
        stack_.push_back(std::move(directory));
    }
    void leave() {
        if (!stack_.empty()) {
            stack_.pop_back();
        }
    }
    [[nodiscard]] std::string resolve(std::string path) const {
        if (stack_.empty() || path.empty() || path.front() == '/' || path.find(':') != std::string::npos) {
            return path;
        }
        const auto& top = stack_.back();
        auto whole = climbed(top, path);
        if (top.front() != '/' || !repository_path(whole, context_).empty()) {
            return whole;
        }
        // A log of another machine: where the first make was started is taken for the root.
        if (top == outermost_) {
            return path.compare(0, 3, "../") == 0 ? climbed(top, path) : path;
        }
        if (outermost_.empty()) {
            return whole;
        }
        const auto root = outermost_ + "/";
        return whole.compare(0, root.size(), root) == 0 ? whole.substr(root.size()) : whole;
    }

   private:
    const ParseContext& context_;
    std::vector<std::string> stack_;
    std::string outermost_;
};

/// One pass over one log.
class Pass {
   public:
    Pass(const TextParser::Rules& rules, const ParseContext& context)
        : rules_(rules), context_(context), directories_(context) {}

    void line(std::string_view text) {
        candidates_.clear();
        RE2::Set::ErrorInfo trouble{};
        const bool any = rules_.starts->Match(re2::StringPiece(text.data(), text.size()), &candidates_, &trouble);
        if (!any && trouble.kind != RE2::Set::kNoError) {
            candidates_.resize(rules_.patterns.size());
            for (std::size_t i = 0; i < candidates_.size(); ++i) {
                candidates_[i] = static_cast<int>(i);
            }
        }
        std::sort(candidates_.begin(), candidates_.end());
        if (open_ != nullptr && follows(text)) {
            return;
        }
        for (const int index : candidates_) {
            const auto& pattern = rules_.patterns[static_cast<std::size_t>(index)];
            if (starts(pattern, text)) {
                return;
            }
        }
    }

    std::vector<model::Finding> finish() {
        close();
        std::vector<model::Finding> out;
        place_by_summary();
        for (auto& raw : found_) {
            const auto& pattern = *raw.pattern;
            const bool detailed =
                !pattern.summary_of.empty() && (told_.count({pattern.summary_of, raw.key}) != 0 ||
                                                told_.count({pattern.summary_of, std::string()}) != 0);
            const bool doubtful = pattern.only_failed && failed_.count(raw.key) == 0;
            if (!detailed && !doubtful) {
                out.push_back(std::move(raw.finding));
            }
        }
        return out;
    }
    [[nodiscard]] bool full() const { return found_.size() >= 2 * max_findings; }

   private:
    struct Raw {
        model::Finding finding;
        const TextPattern* pattern = nullptr;
        std::string key;
    };

    /// What was found in full but names no file has that of its test's line in the summary.
    void place_by_summary() {
        std::map<std::pair<std::string_view, std::string_view>, const std::string*> files;
        for (const auto& raw : found_) {
            if (!raw.pattern->summary_of.empty() && !raw.key.empty() && !raw.finding.path.empty()) {
                const auto [entry, fresh] = files.emplace(
                    std::pair(std::string_view(raw.pattern->summary_of), std::string_view(raw.key)), &raw.finding.path);
                if (!fresh && entry->second != nullptr && *entry->second != raw.finding.path) {
                    entry->second = nullptr;
                }
            }
        }
        for (auto& raw : found_) {
            if (raw.finding.path.empty() && !raw.pattern->group.empty() && !files.empty()) {
                const auto file = files.find({raw.pattern->group, raw.key});
                if (file != files.end() && file->second != nullptr) {
                    raw.finding.path = *file->second;
                }
            }
        }
    }

    /// Whether the pattern is one of the section that this line stands in.
    [[nodiscard]] bool here(const TextPattern& pattern) const {
        const std::string_view within = pattern.within;
        return within.empty() || (within.front() == '!' ? within.substr(1) != section_ : within == section_);
    }

    bool starts(const TextPattern& pattern, std::string_view text) {
        if (!here(pattern)) {
            return false;
        }
        Fields fields;
        if (!match(pattern.start, text, fields) || matches(pattern.unless, text)) {
            return false;
        }
        if (pattern.kind == PatternKind::failed) {
            failed_.insert(test_key(text_of(fields, "test")));
            return false;  // the line may be more than that
        }
        start(pattern, std::move(fields));
        return true;
    }

    /// Whether the line belongs to the open finding; closes it when it does not.
    bool follows(std::string_view text) {
        if (++lines_ > open_->max_lines) {
            close();
            return false;
        }
        for (const auto& rule : open_->follow) {
            if (muted_) {
                break;
            }
            Fields fields;
            if ((rule.unset.empty() || fields_.count(rule.unset) == 0) && match(rule.match, text, fields) &&
                !matches(rule.unless, text)) {
                take(rule, fields);
                if (rule.keep == Keep::stop) {
                    close();
                }
                return true;
            }
        }
        if (open_->until.re == nullptr || matches(open_->until, text) || interrupted(text)) {
            close();
            return false;
        }
        return true;
    }

    /// Inside a block, a line that starts another block of its kind ends this one, and so does what may interrupt any.
    [[nodiscard]] bool interrupted(std::string_view text) const {
        return std::any_of(candidates_.begin(), candidates_.end(), [&](int index) {
            const auto& pattern = rules_.patterns[static_cast<std::size_t>(index)];
            return (&pattern == open_ || pattern.interrupts) && here(pattern) && !matches(pattern.unless, text);
        });
    }

    void take(const FollowRule& rule, Fields& fields) {
        if (rule.keep == Keep::drop) {
            return;
        }
        if (rule.keep == Keep::rest) {
            muted_ = true;
            return;
        }
        if (rule.keep == Keep::again) {
            again_ = true;
            return;
        }
        if (again_ && fields.count("message") != 0) {
            again_ = false;
            fields_.erase("message");
        }
        if (rule.keep == Keep::note) {
            if (notes_.size() < max_notes) {
                notes_.push_back(note(fields));
            }
            return;
        }
        const bool first = rule.keep == Keep::first || rule.keep == Keep::stop;
        if (first) {
            for (const auto& entry : fields) {
                if (fields_.count(entry.first) != 0 && entry.first != "message") {
                    return;
                }
            }
        }
        for (auto& [name, value] : fields) {
            auto& slot = fields_[name];
            const bool append = rule.keep == Keep::append && (name == "message" || name == "test") && !slot.empty();
            if (append && slot.size() < max_message) {
                slot += rule.separator + value;
            } else if (!append && (!first || slot.empty())) {
                slot = std::move(value);
            }
        }
    }

    void start(const TextPattern& pattern, Fields fields) {
        close();
        switch (pattern.kind) {
            case PatternKind::note:
                if (!found_.empty() && found_.back().finding.notes.size() < max_notes) {
                    found_.back().finding.notes.push_back(note(fields));
                }
                break;
            case PatternKind::before:
                if (pending_.size() < max_notes) {
                    pending_.push_back(note(fields));
                }
                break;
            case PatternKind::carry:
                carry(pattern, fields);
                break;
            case PatternKind::section:
                section_ = pattern.section;
                carry(pattern, fields);
                break;
            case PatternKind::enter:
                directories_.enter(path(text_of(fields, "dir")), text_of(fields, "level").empty());
                break;
            case PatternKind::leave:
                directories_.leave();
                break;
            case PatternKind::finding:
                open_ = &pattern;
                fields_ = std::move(fields);
                if (const auto owner = fields_.find("owner"); owner != fields_.end()) {
                    carried_["owner"] = owner->second;
                }
                notes_ = std::exchange(pending_, {});
                lines_ = 0;
                muted_ = again_ = false;
                break;
            case PatternKind::skip:
            case PatternKind::failed:
                break;
        }
    }

    void carry(const TextPattern& pattern, Fields& fields) {
        if (pattern.clear) {
            carried_.clear();
        }
        for (auto& [name, value] : fields) {
            carried_[name] = std::move(value);
        }
    }

    void close() {
        if (open_ == nullptr) {
            return;
        }
        const auto* pattern = std::exchange(open_, nullptr);
        for (const auto& [name, value] : carried_) {
            fields_.try_emplace(name, value);
        }
        // A failed suite's own file, where nothing says it better.
        if (const auto suite = fields_.find("suite"); suite != fields_.end()) {
            fields_.try_emplace("file", suite->second);
        }
        if (pattern->dedent) {
            dedent();
        }
        refine(*pattern);
        point();
        for (const auto& name : pattern->require) {
            if (text_of(fields_, name).empty()) {
                return;
            }
        }
        for (const char* key : {"test", "severity", "code", "message"}) {
            const auto constant = pattern->constants.find(key);
            if (constant != pattern->constants.end()) {
                fields_[key] = fill(constant->second, fields_);
            }
        }
        const auto owner = text_of(fields_, "owner");
        auto key = !pattern->summary_of.empty() && !owner.empty() ? owner : test_key(text_of(fields_, "test"));
        if (!pattern->group.empty()) {
            if (!owner.empty()) {
                told_.insert({pattern->group, owner});
            }
            if (!key.empty() || owner.empty()) {
                told_.insert({pattern->group, key});
            }
        }
        found_.push_back({finding(*pattern), pattern, std::move(key)});
    }

    /// The columns that an arrow of "^" shows below a line. It is drawn on a terminal, where a tab ends at the next
    /// multiple of eight cells.
    void point() {
        const auto caret = fields_.find("caret");
        if (caret == fields_.end() || fields_.count("col") != 0) {
            return;
        }
        const auto source = text_of(fields_, "source");
        const auto column = [&](std::size_t cells) {
            std::size_t characters = 0;
            std::size_t at = 0;
            for (std::size_t i = 0; i < source.size() && at < cells; ++i) {
                const bool inside = (static_cast<unsigned char>(source[i]) & 0xC0U) == 0x80;
                at += inside ? 0 : source[i] == '\t' ? 8 - at % 8 : 1;
                characters += inside ? 0 : 1;
            }
            return std::to_string(characters + (cells > at ? cells - at : 0) + rules_.column_base);
        };
        const auto start = caret->second.size();
        fields_["col"] = column(start);
        const auto span = text_of(fields_, "span");
        if (span.size() > 2 && span.back() == '^') {
            fields_["end_col"] = column(start + span.size() - (rules_.end_exclusive ? 0 : 1));
        }
    }

    void dedent() {
        const auto found = fields_.find("message");
        const auto width = found == fields_.end() ? 0 : found->second.find_first_not_of(' ');
        if (width == 0 || width == std::string::npos) {
            return;
        }
        std::string out;
        std::string_view rest = found->second;
        while (true) {
            const auto end = rest.find('\n');
            const auto line = rest.substr(0, end);
            out += line.substr(std::min({width, line.size(), line.find_first_not_of(' ')}));
            if (end == std::string_view::npos) {
                break;
            }
            out += '\n';
            rest.remove_prefix(end + 1);
        }
        found->second = std::move(out);
    }

    void refine(const TextPattern& pattern) {
        const auto message = text_of(fields_, "message");
        for (const auto& one : pattern.refine) {
            Fields fields;
            if (match(one, message, fields)) {
                for (auto& [name, value] : fields) {
                    if (!value.empty() || name == "message") {
                        fields_[name] = std::move(value);
                    }
                }
                return;
            }
        }
    }

    model::Finding finding(const TextPattern& pattern) {
        const auto base = pattern.column_base.value_or(rules_.column_base);
        const auto column = [&](std::string_view key) {
            const auto value = number(fields_, key);
            const auto given = fields_.find(key);
            return given == fields_.end() || given->second.empty() ? 0 : value + 1 - base;
        };
        model::Finding out;
        out.path = directories_.resolve(path(text_of(fields_, "file")));
        const bool of_test = fields_.count("frame") != 0 || fields_.count("test") != 0;
        if (rules_.class_files && of_test && !out.path.empty() && out.path.find('/') == std::string::npos) {
            out.path = class_file(out.path);
        }
        out.line = number(fields_, "line");
        out.column = out.line == 0 ? 0 : column("col");
        out.end_line = number(fields_, "end_line");
        out.end_column = out.line == 0 ? 0 : column("end_col");
        if (out.end_column != 0 && !rules_.end_exclusive) {
            ++out.end_column;
        }
        if (out.end_column != 0 && out.end_line == 0) {
            out.end_line = out.line;
        }
        const auto word = text_of(fields_, "severity");
        out.severity = rules_.severity.of(word.empty() ? text_of(fields_, rules_.severity.from) : word);
        out.blocking = rules_.severity.blocks(out.severity);
        out.code = text_of(fields_, "code");
        out.message = text_of(fields_, "message").substr(0, max_message);
        out.notes = std::move(notes_);
        notes_.clear();
        return out;
    }

    [[nodiscard]] std::string class_file(const std::string& file) const {
        auto name = text_of(fields_, "frame");
        if (name.empty()) {
            const auto test = text_of(fields_, "test");
            name = test.substr(0, test.find(' '));
        }
        return find_class_file(file, name, context_);
    }

    [[nodiscard]] model::Note note(const Fields& fields) const {
        return {directories_.resolve(path(text_of(fields, "file"))), number(fields, "line"),
                text_of(fields, "message").substr(0, max_message)};
    }

    [[nodiscard]] std::string path(std::string text) const {
        if (text.rfind("file://", 0) == 0) {
            text = from_uri(text.substr(7));
        }
        if (rules_.backslashes) {
            std::replace(text.begin(), text.end(), '\\', '/');
        }
        return text;
    }

    const TextParser::Rules& rules_;
    const ParseContext& context_;
    Directories directories_;
    std::vector<int> candidates_;
    std::vector<Raw> found_;
    std::set<std::pair<std::string, std::string>> told_;  ///< group and test of what was found in full
    std::set<std::string> failed_;
    const TextPattern* open_ = nullptr;
    Fields fields_;
    Fields carried_;
    std::vector<model::Note> notes_;
    std::vector<model::Note> pending_;
    std::size_t lines_ = 0;
    bool muted_ = false;  ///< the open finding's lines say nothing any more
    bool again_ = false;  ///< the next message replaces the one so far
    std::string section_;
};

}  // namespace

TextParser::TextParser(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
TextParser::TextParser(TextParser&&) noexcept = default;
TextParser& TextParser::operator=(TextParser&&) noexcept = default;
TextParser::~TextParser() = default;

base::Result<TextParser> TextParser::load(std::string_view name, const base::DocNode& rules,
                                          const std::function<const base::DocNode*(std::string_view)>& lookup) {
    RFSN_ASSIGN(auto loaded, load_rules(name, rules, lookup));
    return TextParser(std::move(loaded));
}

std::vector<model::Finding> TextParser::parse(std::string_view text, const ParseContext& context) const {
    Pass pass(*rules_, context);
    while (!text.empty() && !pass.full()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        while (!line.empty() && line.back() == '\r') {
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
