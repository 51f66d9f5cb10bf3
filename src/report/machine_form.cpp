// SPDX-License-Identifier: MIT
#include "report/machine_form.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/text_form.hpp"
#include "report/verdict_text.hpp"

namespace rfsn::report {

std::optional<std::size_t> utf16_column(const model::Finding& finding, std::uint32_t byte_column) {
    if (byte_column == 0) {
        return std::nullopt;
    }
    const std::size_t bytes = byte_column - 1;
    if (bytes == 0) {
        return 1;
    }
    if (finding.source_line.empty() || bytes > finding.source_line.size()) {
        return std::nullopt;
    }
    const std::string text = base::to_valid_utf8(std::string_view(finding.source_line).substr(0, bytes));
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        // Every character counts at its first byte; those beyond the BMP (four bytes) are surrogate pairs.
        units += (byte & 0xC0U) == 0x80U ? 0U : byte >= 0xF0U ? 2U : 1U;
    }
    return units + 1;
}

std::string uri(std::string_view path) {
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string out;
    for (const char c : path) {
        if (unreserved.find(c) != unreserved.npos) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::string hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string xml(std::string_view text) {
    std::string out;
    bool first = true;
    for (const std::string_view line : base::split(text, '\n')) {
        if (!first) {
            out += '\n';
        }
        first = false;
        for (const char c : base::printable(line)) {
            switch (c) {
                case '<':
                    out += "&lt;";
                    break;
                case '>':
                    out += "&gt;";
                    break;
                case '&':
                    out += "&amp;";
                    break;
                case '"':
                    out += "&quot;";
                    break;
                default:
                    out += c;
            }
        }
    }
    // Noncharacters that UTF-8 can hold and XML 1.0 can't.
    for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (std::size_t at = out.find(bad); at != out.npos; at = out.find(bad, at)) {
            out.replace(at, bad.size(), "\xEF\xBF\xBD");
        }
    }
    return out;
}

std::string rule_id(const model::Finding& finding) {
    return finding.code.empty() ? finding.tool : finding.tool + "/" + finding.code;
}

std::string run_reason(const model::CheckRun& run) {
    if (!run.reason.empty()) {
        return run.reason;
    }
    return run.plan.preset_reason.empty() ? "no reason given" : run.plan.preset_reason;
}

std::vector<const model::Finding*> most_relevant(const model::Report& report, std::size_t max) {
    std::vector<const model::Finding*> out;
    for (const bool blocking : {true, false}) {
        for (const model::Finding& finding : report.findings) {
            if (finding.blocking == blocking && out.size() < max) {
                out.push_back(&finding);
            }
        }
    }
    return out;
}

std::string plain_verdict(const model::Report& report) {
    base::TerminalTraits traits;
    traits.color = false;
    traits.unicode = false;
    return verdict_line(report, Paint(traits));
}

}  // namespace rfsn::report
