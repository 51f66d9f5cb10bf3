// SPDX-License-Identifier: MIT
#include <algorithm>
#include <mutex>

#include <re2/re2.h>

#include "policy/rule_set.hpp"

namespace rfsn::policy {

struct Patterns::Compiled {
    std::once_flag once;
    std::vector<std::unique_ptr<re2::RE2>> expressions;
};

Patterns::Patterns() : compiled_(std::make_unique<Compiled>()) {}
Patterns::Patterns(Patterns&&) noexcept = default;
Patterns& Patterns::operator=(Patterns&&) noexcept = default;
Patterns::~Patterns() = default;

void Patterns::add(const std::string& pattern) {
    sources_.push_back(pattern);
}

const Patterns::Compiled& Patterns::compiled() const {
    std::call_once(compiled_->once, [this] {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_encoding(re2::RE2::Options::EncodingLatin1);
        for (const auto& source : sources_) {
            compiled_->expressions.push_back(std::make_unique<re2::RE2>("(?m)" + source, options));
        }
    });
    return *compiled_;
}

base::Result<void> Patterns::check() const {
    for (const auto& expression : compiled().expressions) {
        if (!expression->ok()) {
            return base::fail(base::ErrorCode::internal,
                              "policy: pattern '" + expression->pattern() + "': " + expression->error());
        }
    }
    return {};
}

std::size_t Patterns::count(std::string_view text) const {
    std::size_t total = 0;
    for (const auto& expression : compiled().expressions) {
        const re2::StringPiece all(text.data(), text.size());
        re2::StringPiece match;
        std::size_t at = 0;
        while (at <= text.size() && expression->Match(all, at, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
            ++total;
            at = static_cast<std::size_t>(match.data() - text.data()) + std::max<std::size_t>(match.size(), 1);
        }
    }
    return total;
}

std::vector<Patterns::Hit> Patterns::all(std::string_view text) const {
    std::vector<Hit> hits;
    const re2::StringPiece whole(text.data(), text.size());
    for (const auto& expression : compiled().expressions) {
        re2::StringPiece groups[2];
        const int wanted = 1 + std::min(1, expression->NumberOfCapturingGroups());
        std::size_t at = 0;
        while (at <= text.size() && expression->Match(whole, at, text.size(), re2::RE2::UNANCHORED, groups, wanted)) {
            Hit hit;
            hit.begin = static_cast<std::size_t>(groups[0].data() - text.data());
            hit.end = hit.begin + groups[0].size();
            if (wanted == 2 && groups[1].data() != nullptr) {
                hit.name = text.substr(static_cast<std::size_t>(groups[1].data() - text.data()), groups[1].size());
            }
            at = std::max(hit.end, hit.begin + 1);
            hits.push_back(hit);
        }
    }
    std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.begin < b.begin; });
    return hits;
}

bool Patterns::matches(std::string_view text) const {
    const auto& expressions = compiled().expressions;
    return std::any_of(expressions.begin(), expressions.end(), [&](const auto& expression) {
        return expression->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED,
                                 nullptr, 0);
    });
}

std::string_view Patterns::first_line(std::string_view text) const {
    for (const auto& expression : compiled().expressions) {
        re2::StringPiece match;
        if (expression->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, &match,
                              1)) {
            auto at = static_cast<std::size_t>(match.data() - text.data());
            at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
            const auto begin = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
            const std::size_t first = begin == std::string_view::npos ? 0 : begin + 1;
            return text.substr(first, std::min(text.find('\n', at), text.size()) - first);
        }
    }
    return {};
}

}  // namespace rfsn::policy
