// SPDX-License-Identifier: MIT
#include <optional>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_places.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

constexpr std::size_t max_words = 65536;
constexpr std::size_t message_lines = 4;

std::size_t indent_of(std::string_view line) {
    return std::min(line.size(), line.find_first_not_of(" \t"));
}

/// One test point and what is said about it.
struct Point {
    std::string name;
    std::size_t indent = 0;
    std::string yaml;
    std::string words;
};

std::string first_lines(std::string_view text) {
    std::string out;
    std::size_t left = message_lines;
    for (const auto line : base::split_lines(text)) {
        const auto one = base::trim(line);
        if (!out.empty() && one.rfind("at ", 0) == 0) {
            break;
        }
        if (!one.empty() && left > 0) {
            --left;
            out += (out.empty() ? "" : "\n") + std::string(one);
        }
    }
    return out;
}

class Reader {
   public:
    Reader(Decoded& out, const ParseContext& context) : out_(out), context_(context) {}

    void line(std::string_view text) {
        static const RE2 point(R"(^(\s*)(not )?ok\b *(\d+)?(?: +-)? *(.*)$)", RE2::Latin1);
        const auto body = base::trim(text);
        if (in_yaml_) {
            if (body == "...") {
                in_yaml_ = false;
            } else if (open_.yaml.size() < max_words) {
                open_.yaml.append(text).append("\n");
            }
            return;
        }
        std::string indent;
        std::string negation;
        std::string number;
        std::string name;
        if (RE2::FullMatch(re2::StringPiece(text.data(), text.size()), point, &indent, &negation, &number, &name)) {
            close();
            begin(indent.size(), !negation.empty(), name, number);
        } else if (body == "}" && (!failing_ || indent_of(text) < open_.indent)) {
            close();
            failed_indent_.reset();
        } else if (failing_ && body == "---") {
            in_yaml_ = true;
        } else if (body.rfind("Bail out!", 0) == 0) {
            close();
            model::Finding finding;
            finding.message = std::string(body);
            out_.findings.push_back(std::move(finding));
        } else if (failing_ && !body.empty() && body.front() != '#' && body.size() == text.size()) {
            close();  // somebody else's words
        } else if (failing_ && open_.words.size() < max_words) {
            const auto said = body.substr(0, 1) == "#" ? body.substr(1) : body;
            open_.words.append(said).append("\n");
        }
    }

    void close() {
        if (failing_) {
            report();
        }
        failing_ = in_yaml_ = false;
        open_ = {};
    }

   private:
    void begin(std::size_t indent, bool failed, std::string name, const std::string& number) {
        static const RE2 directive(R"((?i)(?:^|[^\\])# *(?:TODO|SKIP))", RE2::Latin1);
        static const RE2 timing(R"(\s*(?:#\s*time=[\d.]+m?s)?\s*(\{)?\s*$)", RE2::Latin1);
        const bool excused = RE2::PartialMatch(name, directive);
        // Subtests come, indented, before the test that they belong to, which fails because they do; or after it, in
        // braces.
        const bool told = failed_indent_ && *failed_indent_ > indent;
        if (!failed || excused) {
            failed_indent_ = told ? std::nullopt : failed_indent_;
            return;
        }
        failed_indent_ = indent;
        std::string brace;
        RE2::PartialMatch(name, timing, &brace);
        RE2::Replace(&name, timing, "");
        failing_ = !told && brace.empty();
        open_.indent = indent;
        open_.name = name.empty() ? "test " + number : std::move(name);
    }

    void report() {
        model::Finding finding;
        std::string error;
        auto words = open_.yaml + open_.words;
        if (const auto doc = yaml()) {
            const auto* inner = doc->find("error");
            error = inner != nullptr && inner->is_map() ? inner->string_or("message", "")
                                                        : doc->string_or("error", doc->string_or("message", ""));
            place(*doc, finding);
            // What stands after the block is the next test's.
            words = doc->string_or("stack", "") + "\n" + open_.yaml;
            forget_packages(finding);
        }
        const auto places = places_in(words, context_);
        if (!places.empty()) {
            finding.path = places.front().path;
            finding.line = places.front().line;
            finding.column = places.front().column;
        }
        error = first_lines(error.empty() ? open_.words : error);
        finding.message = open_.name + (error.empty() ? " failed" : ": " + error);
        out_.findings.push_back(std::move(finding));
    }

    /// A runner's own file is no place of a failure; that of a suite which could not be loaded is its name.
    void forget_packages(model::Finding& finding) const {
        static const RE2 suite(R"(\S+\.(?:test|spec)\.[cm]?[jt]sx?)", RE2::Latin1);
        if (finding.path.find("node_modules/") == std::string::npos) {
            return;
        }
        finding = {};
        if (RE2::FullMatch(open_.name, suite)) {
            finding.path = open_.name;
        }
    }

    /// The block with the indentation that all of it has taken off.
    [[nodiscard]] std::optional<DocNode> yaml() const {
        if (open_.yaml.empty()) {
            return std::nullopt;
        }
        const auto lines = base::split_lines(open_.yaml);
        const auto indent = indent_of(lines.front());
        std::string text;
        for (const auto line : lines) {
            text.append(line.substr(std::min(indent, indent_of(line)))).append("\n");
        }
        auto doc = base::parse_doc(base::DocFormat::yaml, base::to_valid_utf8(text));
        return doc && doc->is_map() ? std::optional<DocNode>(std::move(*doc)) : std::nullopt;
    }

    static void place(const DocNode& doc, model::Finding& finding) {
        const auto location = doc.string_or("location", doc.string_or("at", ""));
        if (!location.empty()) {
            finding = place_in(location);
            return;
        }
        const auto* at = doc.find("at");
        const auto& holder = at != nullptr && at->is_map() ? *at : doc;
        for (const char* key : {"file", "fileName", "filename"}) {
            if (finding.path.empty()) {
                finding.path = holder.string_or(key, "");
            }
        }
        for (const auto& [key, to] :
             {std::pair{"line", &finding.line}, std::pair{"lineNumber", &finding.line},
              std::pair{"column", &finding.column}, std::pair{"columnNumber", &finding.column}}) {
            if (!finding.path.empty() && *to == 0) {
                *to = json_number(holder.find(key));
            }
        }
    }

    Decoded& out_;
    const ParseContext& context_;
    Point open_;
    bool failing_ = false;
    bool in_yaml_ = false;
    std::optional<std::size_t> failed_indent_;  ///< of the last failed point: its parent may be still to come
};

}  // namespace

base::Result<Decoded> decode_tap(std::string_view text, const ParseContext& context) {
    static const RE2 tap(R"((?m)^\s*(?:TAP version \d+|(?:not )?ok(?: \d+)?(?:\s|$)|\d+\.\.\d+\b|Bail out!))",
                         RE2::Latin1);
    if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), tap)) {
        return base::fail(ErrorCode::invalid, "there is no TAP in the output");
    }
    Decoded out;
    Reader reader(out, context);
    for (auto line : base::split_lines(text)) {
        reader.line(line.substr(0, line.find_last_not_of('\r') + 1));
    }
    reader.close();
    return out;
}

}  // namespace rfsn::check
