// SPDX-License-Identifier: MIT
#include "isolate/freshness.hpp"

#include <charconv>
#include <limits>
#include <set>
#include <sys/stat.h>
#include <time.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "isolate/plain_file.hpp"

namespace rfsn::isolate {
namespace {

constexpr std::uint64_t most_bytes = 64U << 20;

Freshness::Nanoseconds nanoseconds(const timespec& time) {
    return Freshness::Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// By the clock that files get their times from.
Freshness::Nanoseconds now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return nanoseconds(time);
}

bool number(std::string_view text, Freshness::Nanoseconds& value) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

}  // namespace

bool Freshness::load() {
    const auto text = base::read_file(memory_, most_bytes);
    if (!text) {
        return false;
    }
    // "<tree> <0|1> <until>", then "<time> <path>", each ended by NUL; the last one is "end".
    const auto records = base::split(*text, '\0');
    if (records.size() < 3 || records[records.size() - 2] != "end") {
        return false;
    }
    const auto head = base::split(records[0], ' ');
    if (head.size() != 3 || head[0].empty() || !number(head[2], used_until_)) {
        return false;
    }
    tree_ = head[0];
    was_in_use_ = head[1] != "0";
    for (std::size_t i = 1; i + 2 < records.size(); ++i) {
        const std::size_t space = records[i].find(' ');
        Nanoseconds time = 0;
        if (space == std::string_view::npos || !number(records[i].substr(0, space), time)) {
            return false;
        }
        shown_[std::string(records[i].substr(space + 1))] = time;
    }
    return true;
}

base::Result<void> Freshness::save(bool in_use) const {
    std::string text = tree_ + (in_use ? " 1 " : " 0 ") + std::to_string(used_until_) + '\0';
    for (const auto& [path, time] : shown_) {
        text += std::to_string(time) + " " + path + '\0';
    }
    text += std::string("end") + '\0';
    return write_plain(memory_, text, 0600);
}

base::Result<Freshness> Freshness::begin(const git::WorkTreeComparison& comparison, const std::string& root,
                                         const std::string& cache, std::string memory) {
    Freshness result(std::move(memory));
    std::vector<git::WorkTreeComparison::Change> changes;
    bool known = result.load();
    if (known) {
        auto found = comparison.changed_since(result.tree_);
        known = found.has_value();
        changes = known ? std::move(*found) : std::move(changes);
    }
    if (!known) {
        result = Freshness(std::move(result.memory_));
        RFSN_TRY(base::remove_tree(cache));
        RFSN_TRY(base::make_directories(cache, 0700));
    }
    const std::set<std::string_view> differing(comparison.differing().begin(), comparison.differing().end());
    const Nanoseconds noticed = now();
    const Nanoseconds built_until = result.was_in_use_ ? std::numeric_limits<Nanoseconds>::max() : result.used_until_;
    const auto own_time = [&](const std::string& path) {
        struct stat info {};
        return ::lstat((root + "/" + path).c_str(), &info) == 0 ? nanoseconds(info.st_mtim) : Nanoseconds{0};
    };
    std::set<std::string> changed;
    for (const auto& change : changes) {
        result.shown_.erase(change.path);
        changed.insert(change.path);
        const bool will_do = differing.count(change.path) == 0 && own_time(change.path) > built_until;
        if (!change.blob.empty() && !will_do) {
            result.shown_[change.path] = noticed;
        }
    }
    for (const auto path : differing) {
        result.shown_.emplace(path, noticed);
    }
    for (auto shown = result.shown_.begin(); shown != result.shown_.end();) {
        const bool will_do = changed.count(shown->first) == 0 && differing.count(shown->first) == 0 &&
                             own_time(shown->first) > shown->second;
        shown = will_do ? result.shown_.erase(shown) : std::next(shown);
    }
    result.tree_ = comparison.tree();
    RFSN_TRY(result.save(true));
    return result;
}

void Freshness::end() {
    used_until_ = now();
    // Where it cannot be written, the next run takes it for killed: it shows more files as new than it has to.
    [[maybe_unused]] const auto saved = save(false);
}

}  // namespace rfsn::isolate
