// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_go_tests.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

constexpr std::size_t max_test_output = 1U << 18;

void vet_package(const DocNode& package, Decoded& out) {
    for (const auto& [analyzer, reports] : package.entries) {
        for (const auto& report : reports.items) {
            auto finding = place_in(json_text(report.find("posn")));
            const auto end = place_in(json_text(report.find("end")));
            finding.code = analyzer;
            finding.message = json_text(report.find("message"));
            finding.end_line = end.line;
            finding.end_column = end.column;
            if (!finding.path.empty()) {
                out.findings.push_back(std::move(finding));
            }
        }
    }
}

/// A parent fails because its subtest does; the subtest says where.
std::set<std::string, std::less<>> parents_of(const std::vector<std::string>& failed) {
    std::set<std::string, std::less<>> parents;
    for (const auto& key : failed) {
        const auto name = key.find('\0') == std::string::npos ? 0 : key.find('\0');
        for (auto slash = key.rfind('/'); slash != std::string::npos && slash > name;
             slash = key.rfind('/', slash - 1)) {
            parents.insert(key.substr(0, slash));
        }
    }
    return parents;
}

void append(GoTest& test, std::string_view line) {
    if (test.output.size() < max_test_output) {
        test.output.append(line).append("\n");
    }
}

/// `go test` as text, package by package.
class TestLog {
   public:
    TestLog(Decoded& out, const ParseContext& context) : out_(out), context_(context) {}

    void line(std::string_view text) {
        static const RE2 run(R"(^=== (?:RUN|PAUSE|CONT|NAME) +(\S.*)$)", RE2::Latin1);
        static const RE2 verdict(R"(^ *(?:---|===) (FAIL|PASS|SKIP): (?:\S+ )?(\S+) \(\d)", RE2::Latin1);
        static const RE2 package(R"(^(?:FAIL|ok  |\?   )\t(\S+)(?:[\t ].*)?$)", RE2::Latin1);
        const re2::StringPiece piece(text.data(), text.size());
        std::string word;
        std::string name;
        if (RE2::PartialMatch(piece, verdict, &word, &name)) {
            current_ = name;
            auto& test = tests_[name];
            if (word == "FAIL" && !test.failed) {
                test.failed = true;
                order_.push_back(name);
            }
        } else if (RE2::FullMatch(piece, run, &name)) {
            current_ = name;
        } else if (RE2::FullMatch(piece, package, &name)) {
            close(name);
        } else if (text.substr(0, 2) == "# ") {
            in_package_ = true;
        } else if (text.empty() || text == "FAIL" || text == "PASS") {
            in_package_ = false;
        } else if (!build_error(text) && !import_error(text)) {
            other(text);
        }
    }

    void close(const std::string& package) {
        const auto parents = parents_of(order_);
        for (const auto& name : order_) {
            auto& test = tests_[name];
            if ((parents.count(name) == 0 || has_log(test.output)) && out_.findings.size() < max_findings) {
                test.package = package;
                test.name = name;
                add_go_test(test, out_, context_);
            }
        }
        tests_.clear();
        order_.clear();
        current_.clear();
        in_package_ = false;
    }

   private:
    /// What a test printed may look like an error of the compiler, whose words stand below a "# package" line; only
    /// what keeps a package from being loaded stands alone.
    bool build_error(std::string_view text) {
        static const RE2 alone(
            R"(^(?:vet: |\S+\.go:\d+:\d+: (?:package \S+ is not in|no required module|cannot find (?:package|module)|import cycle|use of internal package|module \S+)))",
            RE2::Latin1);
        return (in_package_ || RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), alone)) &&
               add_go_build_error(text, in_package_, out_);
    }

    static bool has_log(const std::string& output) {
        static const RE2 pattern(R"((?m)^\s+[\w.-]+\.go:\d+: )", RE2::Latin1);
        return RE2::PartialMatch(output, pattern);
    }

    /// What kept a package from being loaded: "\timports nope: cannot find package", below its chain of imports.
    bool import_error(std::string_view text) {
        static const RE2 pattern(R"(^\s+imports \S+: (\S.*)$)", RE2::Latin1);
        model::Finding finding;
        if (!in_package_ || !RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern, &finding.message)) {
            return false;
        }
        finding.message = std::string(base::trim(text));
        out_.findings.push_back(std::move(finding));
        return true;
    }

    void other(std::string_view text) {
        static const RE2 status(R"(^exit status \d+$)", RE2::Latin1);
        if (RE2::FullMatch(re2::StringPiece(text.data(), text.size()), status)) {
            return;
        }
        // A panic ends the whole run; the test that it belongs to has been named just before, or is the running one.
        if (text.substr(0, 7) == "panic: " && tests_[current_].output.find("panic: ") == std::string::npos &&
            !tests_[current_].failed) {
            tests_[current_].failed = true;
            order_.push_back(current_);
        }
        append(tests_[current_], text);
    }

    Decoded& out_;
    const ParseContext& context_;
    std::map<std::string, GoTest, std::less<>> tests_;
    std::vector<std::string> order_;
    std::string current_;
    bool in_package_ = false;
};

}  // namespace

base::Result<Decoded> decode_go_vet(std::string_view text, const ParseContext&) {
    Decoded out;
    bool any = false;
    bool in_package = false;
    std::string json;
    // "# package" lines stand between the JSON objects, whose closing brace is at the start of a line.
    for (auto line : base::split_lines(text)) {
        line = line.substr(0, line.find_last_not_of('\r') + 1);
        if (!json.empty() || line == "{" || line == "{}" || line.rfind("{\"", 0) == 0) {
            json.append(line).append("\n");
            const bool whole = line == "}" || line == "{}" || (json.size() == line.size() + 1 && line.back() == '}');
            if (!whole) {
                continue;
            }
            const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(json));
            json.clear();
            if (!doc || !doc->is_map()) {
                return base::fail(ErrorCode::invalid, doc ? "an object is expected" : doc.error().message);
            }
            any = true;
            for (const auto& package : doc->entries) {
                vet_package(package.second, out);
            }
            continue;
        }
        in_package = in_package || line.rfind("# ", 0) == 0;
        any = (in_package && add_go_build_error(line, true, out)) || line.rfind("# ", 0) == 0 ||
              (line.rfind("vet: ", 0) == 0 && add_go_build_error(line, false, out)) || any;
    }
    if (!json.empty() || !any) {
        return base::fail(ErrorCode::invalid, "this is not what go vet -json prints");
    }
    return out;
}

base::Result<Decoded> decode_go_test_text(std::string_view text, const ParseContext& context) {
    static const RE2 event(R"((?m)^\{\"(?:Time|Action|ImportPath|Package)\":)", RE2::Latin1);
    if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), event)) {
        return decode_go_test(text, context);
    }
    Decoded out;
    TestLog log(out, context);
    for (auto line : base::split_lines(text)) {
        log.line(line.substr(0, line.find_last_not_of('\r') + 1));
    }
    log.close("");
    return out;
}

base::Result<Decoded> decode_go_test(std::string_view text, const ParseContext& context) {
    Decoded out;
    std::map<std::string, GoTest, std::less<>> tests;
    std::vector<std::string> failed;
    std::vector<std::string> packages;
    bool any = false;
    bool in_package = false;
    for (const auto line : base::split_lines(text)) {
        if (line.empty() || line.front() != '{') {
            in_package = line.empty() ? in_package : line.substr(0, 2) == "# " || (in_package && line.front() != ' ');
            any = (in_package && add_go_build_error(base::trim(line), true, out)) || any;
            continue;
        }
        const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(base::trim(line)));
        if (!doc || doc->find("Action") == nullptr) {
            continue;
        }
        any = true;
        const auto action = json_text(doc->find("Action"));
        const auto name = json_text(doc->find("Test"));
        const auto package = json_text(doc->find(action.rfind("build-", 0) == 0 ? "ImportPath" : "Package"));
        const auto key = package + '\0' + name;
        if (action == "output" || action == "build-output") {
            const auto output = json_text(doc->find("Output"));
            if (action == "build-output") {
                add_go_build_error(base::trim(output), true, out);
            }
            auto& test = tests[key];
            test.package = package;
            test.name = name;
            if (test.output.size() < max_test_output) {
                test.output += output;
            }
        } else if (action == "fail" && !name.empty()) {
            failed.push_back(key);
        } else if (action == "fail") {
            packages.push_back(key);
        }
    }
    if (!any) {
        return base::fail(ErrorCode::invalid, "no line is an event of go test -json");
    }
    // What panics outside of any test.
    for (const auto& package : packages) {
        const bool told = std::any_of(failed.begin(), failed.end(), [&](const std::string& key) {
            return key.compare(0, package.size(), package) == 0;
        });
        const auto output = tests.find(package);
        if (!told && output != tests.end() && output->second.output.find("panic: ") != std::string::npos) {
            failed.push_back(package);
        }
    }
    const auto parents = parents_of(failed);
    for (const auto& key : failed) {
        if (parents.count(key) == 0 && out.findings.size() < max_findings) {
            add_go_test(tests[key], out, context);
        }
    }
    return out;
}

}  // namespace rfsn::check
