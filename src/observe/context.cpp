// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <sys/random.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/doc.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "observe/record.hpp"

namespace rfsn::observe {
namespace {

constexpr std::size_t max_value = 1024;
constexpr std::size_t max_encoded = std::size_t{64} << 10;

Context& thread_context() {
    thread_local Context context;
    return context;
}

std::string bounded(std::string_view text) {
    std::size_t end = std::min(text.size(), max_value);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return std::string(text.substr(0, end));
}

}  // namespace

Context current() {
    return thread_context();
}

ContextScope::ContextScope(Context context) : previous_(std::exchange(thread_context(), std::move(context))) {}

ContextScope::~ContextScope() {
    thread_context() = std::move(previous_);
}

std::string encode(const Context& context) {
    return fmt::format("{{\"run\":{},\"repo\":{},\"phase\":{},\"span\":{}}}", base::json_quote(bounded(context.run)),
                       base::json_quote(bounded(context.repository)), base::json_quote(bounded(context.phase)),
                       base::json_quote(bounded(context.span)));
}

Context decode(std::string_view text) {
    if (text.size() > max_encoded) {
        return {};
    }
    const auto doc = base::parse_doc(base::DocFormat::json, text);
    if (!doc) {
        return {};
    }
    const auto value = [&](std::string_view key) {
        const base::DocNode* const node = doc->find(key);
        return node != nullptr && node->is_string() ? bounded(node->text) : std::string();
    };
    return {value("run"), value("repo"), value("phase"), value("span")};
}

Span::Span(std::string logger, std::string name)
    : logger_(std::move(logger)), name_(std::move(name)), active_(enabled(Level::debug)) {
    if (active_) {
        previous_ = current();
        thread_context().span = new_id();
        start_ = std::chrono::steady_clock::now();
    }
}

Span::~Span() {
    if (active_) {
        const auto duration = std::chrono::steady_clock::now() - start_;
        log_span(logger_, name_, previous_.span, std::chrono::duration_cast<std::chrono::microseconds>(duration));
        thread_context() = std::move(previous_);
    }
}

std::string new_id() {
    std::uint64_t id = 0;
    if (getentropy(&id, sizeof id) != 0) {
        static std::atomic<std::uint64_t> counter{0};
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        id = base::fast_hash(fmt::format("{} {} {}", now, getpid(), counter.fetch_add(1)));
    }
    return fmt::format("{:016x}", id);
}

}  // namespace rfsn::observe
