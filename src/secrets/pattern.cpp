// SPDX-License-Identifier: MIT
#define PCRE2_CODE_UNIT_WIDTH 8
#include "secrets/pattern.hpp"

#include <array>
#include <utility>

#include <pcre2.h>

namespace rfsn::secrets {
namespace {

constexpr std::uint32_t match_limit = 20'000;
constexpr std::uint32_t depth_limit = 1'000;

}  // namespace

struct Pattern::Code {
    pcre2_code* code = nullptr;
    pcre2_match_context* context = nullptr;

    Code() = default;
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;
    ~Code() {
        pcre2_match_context_free(context);
        pcre2_code_free(code);
    }
};

Pattern::Pattern(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Pattern::Pattern(Pattern&& other) noexcept = default;
Pattern::~Pattern() = default;

base::Result<Pattern> Pattern::compile(const std::string& source) {
    auto code = std::make_unique<Code>();
    int error = 0;
    PCRE2_SIZE where = 0;
    code->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(), PCRE2_NEVER_UTF, &error,
                               &where, nullptr);
    if (code->code == nullptr) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(error, text.data(), text.size());
        return base::fail(base::ErrorCode::invalid, "pattern '" + source + "', offset " + std::to_string(where) + ": " +
                                                        reinterpret_cast<const char*>(text.data()));
    }
    code->context = pcre2_match_context_create(nullptr);
    if (code->context == nullptr) {
        return base::fail(base::ErrorCode::limit, "out of memory for a pattern");
    }
    pcre2_set_match_limit(code->context, match_limit);
    pcre2_set_depth_limit(code->context, depth_limit);
    return Pattern(std::move(code));
}

Pattern::Outcome Pattern::find(std::string_view subject) const {
    Outcome outcome;
    pcre2_match_data* data = pcre2_match_data_create_from_pattern(code_->code, nullptr);
    if (data == nullptr) {
        outcome.gave_up = true;
        return outcome;
    }
    const int count = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0, 0, data,
                                  code_->context);
    if (count > 0) {
        const PCRE2_SIZE* pairs = pcre2_get_ovector_pointer(data);
        outcome.match = Span{pairs[0], pairs[1] - pairs[0]};
        outcome.secret = count > 1 && pairs[2] != PCRE2_UNSET ? Span{pairs[2], pairs[3] - pairs[2]} : *outcome.match;
    } else if (count != PCRE2_ERROR_NOMATCH) {
        outcome.gave_up = true;
    }
    pcre2_match_data_free(data);
    return outcome;
}

}  // namespace rfsn::secrets
