// SPDX-License-Identifier: MIT
#include "check/parse_go_tests.hpp"

#include <algorithm>
#include <optional>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_places.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t max_words = 4000;

/// testify's block tells its parts apart by labels; the error is what counts.
std::string told_by_testify(const std::string& words) {
    std::string out;
    bool in_error = false;
    for (const auto line : base::split_lines(words)) {
        const auto text = base::trim(line);
        const auto label = text.substr(0, text.find(':'));
        if (label == "Error Trace" || label == "Test" || label == "Messages" || label == "Error") {
            in_error = label == "Error" || label == "Messages";
            const auto rest = base::trim(text.substr(std::min(text.size(), label.size() + 1)));
            if (in_error && !rest.empty()) {
                out += (out.empty() ? "" : "\n") + std::string(rest);
            }
        } else if (in_error && !text.empty()) {
            out += (out.empty() ? "" : "\n") + std::string(text);
        }
    }
    return out;
}

std::string message_of(const GoTest& test, std::string words) {
    if (words.find("Error Trace:") != std::string::npos) {
        words = told_by_testify(words);
    }
    const std::string text(base::trim(words));
    return test.name + (test.name.empty() ? "" : text.empty() ? " failed" : ": ") + text;
}

bool library_frame(std::string_view path) {
    static const RE2 library(
        R"(/src/(?:runtime|testing|internal|reflect|sync)/|/pkg/mod/|/(?:go|golang|libexec|x64|go-?\d[\d.]*)/src/\w+/)",
        RE2::Latin1);
    return RE2::PartialMatch(re2::StringPiece(path.data(), path.size()), library);
}

/// Reads a test's output line by line.
class Output {
   public:
    Output(const GoTest& test, Decoded& out, const ParseContext& context) : test_(test), out_(out), context_(context) {}

    void read() {
        for (const auto line : base::split_lines(test_.output)) {
            if (!race(line) && !log(line) && !frame(line)) {
                rest(line);
            }
        }
        close();
        if (panicking_ || out_.findings.size() == before_) {
            model::Finding finding;
            finding.path = panic_path_;
            finding.line = panic_line_;
            finding.message = message_of(test_, panic_.empty() ? words_ : panic_);
            out_.findings.push_back(std::move(finding));
        }
    }

   private:
    /// "    a_test.go:12: message": the file's name alone; where its package lies the tree must say.
    bool log(std::string_view line) {
        static const RE2 pattern(R"(^( {4,}|\t+)((?:[A-Za-z]:[\\/])?[^\s:][^\s:]*\.go):(\d+): ?(.*)$)", RE2::Latin1);
        std::string indent;
        std::string file;
        std::string words;
        int number = 0;
        if (panicking_ ||
            !RE2::FullMatch(re2::StringPiece(line.data(), line.size()), pattern, &indent, &file, &number, &words)) {
            return false;
        }
        close();
        if (file == "testing.go" || file == "panic.go") {
            words_ = words;
            return true;
        }
        // go test -fullpath
        const bool whole = file.find_first_of("/:") != std::string::npos;
        const auto found = whole ? repository_path(file, context_).empty() ? "" : file
                                 : find_named_file(file, test_.package, {""}, context_);
        open_.emplace();
        open_->path = found.empty() && (!context_.content || context_.keep_outside) ? file : found;
        open_->line = open_->path.empty() ? 0 : static_cast<std::uint32_t>(number);
        open_->message = words;
        indent_ = indent.size();
        return true;
    }

    /// The race detector's report: the first access stands for it.
    bool race(std::string_view line) {
        static const RE2 pattern(R"(^\s+(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$)", RE2::Latin1);
        const auto text = base::trim(line);
        if (text == "WARNING: DATA RACE") {
            close();
            racing_ = true;
            open_.emplace();
            open_->message = text;
            return true;
        }
        std::string file;
        int number = 0;
        if (!racing_) {
            return false;
        }
        if (text.substr(0, 5) == "=====") {
            racing_ = false;
            if (open_->path.empty()) {
                open_.reset();
            }
            close();
            return true;
        }
        if (open_->path.empty() &&
            RE2::FullMatch(re2::StringPiece(line.data(), line.size()), pattern, &file, &number) &&
            !library_frame(file) && (context_.keep_outside || !repository_path(file, context_).empty())) {
            open_->path = file;
            open_->line = static_cast<std::uint32_t>(number);
        }
        return true;
    }

    /// A goroutine's frame: the innermost that is neither Go's own nor a dependency's.
    bool frame(std::string_view line) {
        static const RE2 pattern(R"(^\s+(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$)", RE2::Latin1);
        std::string file;
        int number = 0;
        if (!panicking_ || !panic_path_.empty() ||
            !RE2::FullMatch(re2::StringPiece(line.data(), line.size()), pattern, &file, &number) ||
            library_frame(file)) {
            return false;
        }
        if (repository_path(file, context_).empty() && !context_.keep_outside) {
            return false;
        }
        panic_path_ = file;
        panic_line_ = static_cast<std::uint32_t>(number);
        return true;
    }

    void rest(std::string_view line) {
        static constexpr std::string_view panic = "panic: ";
        const auto text = base::trim(line);
        if (text.substr(0, panic.size()) == panic && !panicking_) {
            close();
            panicking_ = true;
            panic_ = text;
            const auto recovered = panic_.find(" [recovered");
            if (recovered != std::string::npos) {
                panic_.resize(recovered);
            }
            return;
        }
        const auto deep = line.find_first_not_of(" \t");
        if (open_ && (deep == std::string_view::npos || deep > indent_ || (line.size() > deep && line[0] == '\t'))) {
            if (open_->message.size() < max_words && !text.empty()) {
                open_->message += "\n" + std::string(text);
            }
            return;
        }
        close();
        const bool banner = text.substr(0, 3) == "===" || text.substr(0, 3) == "---";
        if (!panicking_ && !banner && !text.empty() && words_.size() < max_words) {
            words_ += (words_.empty() ? "" : "\n") + std::string(text);
        }
    }

    void close() {
        if (open_) {
            open_->message = message_of(test_, open_->message);
            out_.findings.push_back(std::move(*open_));
            open_.reset();
        }
    }

    const GoTest& test_;
    Decoded& out_;
    const ParseContext& context_;
    const std::size_t before_ = out_.findings.size();
    std::optional<model::Finding> open_;
    std::size_t indent_ = 0;
    std::string words_;  ///< printed, but not by the test's own log
    bool racing_ = false;
    bool panicking_ = false;
    std::string panic_;
    std::string panic_path_;
    std::uint32_t panic_line_ = 0;
};

}  // namespace

void add_go_test(const GoTest& test, Decoded& out, const ParseContext& context) {
    Output(test, out, context).read();
}

bool add_go_build_error(std::string_view line, bool in_package, Decoded& out) {
    static const RE2 pattern(R"(^(?:vet: )?((?:[A-Za-z]:[\\/])?[^\s:][^:]*\.(?:go|s|c|cpp|h)):(\d+):(?:(\d+):)? (.*)$)",
                             RE2::Latin1);
    re2::StringPiece groups[5];
    if (!pattern.Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED, groups, 5)) {
        return false;
    }
    if (groups[3].data() == nullptr && !in_package) {
        return false;
    }
    const auto end = groups[3].data() != nullptr ? groups[3] : groups[2];
    auto finding = place_in(
        std::string_view(groups[1].data(), static_cast<std::size_t>(end.data() + end.size() - groups[1].data())));
    finding.message = std::string(groups[4]);
    out.findings.push_back(std::move(finding));
    return true;
}

}  // namespace rfsn::check
