// SPDX-License-Identifier: MIT
#include "check/builtin_findings.hpp"

#include <utility>

namespace rfsn::check {
namespace {

constexpr std::size_t max_findings = 100;

}  // namespace

FindingList::FindingList(const BuiltinFile& file, std::string tool, std::string code)
    : path_(file.file->path), tool_(std::move(tool)), code_(std::move(code)) {}

void FindingList::add(std::uint32_t line, std::uint32_t column, std::string message, Weight weight) {
    if (findings_.size() >= max_findings) {
        ++beyond_;
        beyond_blocks_ = beyond_blocks_ || weight == Weight::blocks;
        return;
    }
    model::Finding finding;
    finding.path = path_;
    finding.line = line;
    finding.column = column;
    finding.code = code_;
    finding.message = std::move(message);
    finding.tool = tool_;
    if (weight != Weight::blocks) {
        finding.severity = weight == Weight::warns ? model::Severity::warning : model::Severity::info;
        finding.blocking = false;
    }
    findings_.push_back(std::move(finding));
}

std::vector<model::Finding> FindingList::take() {
    if (beyond_ != 0) {
        const std::size_t more = std::exchange(beyond_, 0);
        model::Finding summary;
        summary.path = path_;
        summary.code = code_;
        summary.message = std::to_string(more) + " more in this file";
        summary.tool = tool_;
        summary.blocking = beyond_blocks_;
        summary.severity = beyond_blocks_ ? model::Severity::error : model::Severity::info;
        findings_.push_back(std::move(summary));
    }
    return std::move(findings_);
}

}  // namespace rfsn::check
