// SPDX-License-Identifier: MIT
// Real tools' outputs under tests/fixtures/parsers/PARSER/CASE.log, and what they say in CASE.json, which is what `git
// rfsn parse PARSER` prints (a finding a line). tests/support/accept_parsed.py writes what is parsed now.
#include <algorithm>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    return base::read_file(path.string()).value_or("");
}

void add(std::string& json, const char* key, const std::string& value) {
    if (!value.empty()) {
        json += std::string(json.back() == '{' ? "" : ",") + "\"" + key + "\":" + base::json_quote(value);
    }
}

void add(std::string& json, const char* key, std::uint32_t value) {
    if (value != 0) {
        json += std::string(json.back() == '{' ? "" : ",") + "\"" + key + "\":" + std::to_string(value);
    }
}

std::string as_text(const std::vector<model::Finding>& findings) {
    std::string out = "{\"version\":1,\"findings\":[";
    for (const auto& finding : findings) {
        out += out.back() == '[' ? "\n" : ",\n";
        std::string json = "{";
        add(json, "path", finding.path);
        add(json, "line", finding.line);
        add(json, "column", finding.column);
        add(json, "end_line", finding.end_line);
        add(json, "end_column", finding.end_column);
        add(json, "severity", std::string(model::name(finding.severity)));
        add(json, "code", finding.code);
        add(json, "message", finding.message);
        add(json, "tool", finding.tool);
        out += json + "}";
    }
    return out + "\n]}\n";
}

/// A log of another machine: paths stay as they are.
ParseContext elsewhere(const std::string& parser) {
    ParseContext context{"/nowhere", "", parser, {}};
    context.keep_outside = true;
    return context;
}

std::vector<fs::path> logs(const fs::path& directory) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.path().extension() == ".log") {
            out.push_back(entry.path());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

const fs::path& fixtures() {
    static const fs::path path = fs::path(RFSN_SOURCE_DIR) / "tests/fixtures/parsers";
    return path;
}

TEST(ParseCaptured, EveryLogSaysWhatItsFileSays) {
    std::size_t count = 0;
    for (const auto& log : logs(fixtures())) {
        const auto parser = log.parent_path().filename().string();
        if (parser == "nothing") {
            continue;
        }
        ++count;
        const auto found = parse_output(parser, read(log), elsewhere(parser));
        ASSERT_TRUE(found.has_value()) << log.string() << ": " << found.error().describe();
        const auto expected = fs::path(log).replace_extension(".json");
        EXPECT_EQ(as_text(*found), read(expected)) << log.string();
    }
    EXPECT_GE(count, 200U);
}

TEST(ParseCaptured, LogsWithoutDiagnosticsSayNothingToAnyParser) {
    for (const auto& log : logs(fixtures() / "nothing")) {
        const auto text = read(log);
        for (const auto& parser : parser_names()) {
            // Lists of files: any line is one.
            if (parser == "file-list" || parser == "prettier") {
                continue;
            }
            const auto found = parse_output(parser, text, elsewhere(parser));
            if (found) {
                EXPECT_EQ(lines_of(*found), Lines{}) << log.string() << " by " << parser;
            } else {
                EXPECT_EQ(found.error().code, base::ErrorCode::invalid) << log.string() << " by " << parser;
            }
        }
    }
}

}  // namespace
}  // namespace rfsn::check
