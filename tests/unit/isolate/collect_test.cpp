// SPDX-License-Identifier: MIT
#include "isolate/collect.hpp"

#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "isolate/build_cache.hpp"
#include "isolate/scratch.hpp"
#include "isolate/shadow.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class Collect : public testing::Test {
   protected:
    Collect() : directory_(*base::TempDir::make(fs::temp_directory_path().string(), "collect-")) {}
    [[nodiscard]] std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
    void fill(const std::string& name, std::size_t bytes = 1) const {
        ASSERT_TRUE(base::make_directories(fs::path(at(name)).parent_path().string()));
        ASSERT_TRUE(base::write_atomically(at(name), std::string(bytes, 'x'), 0644));
    }
    void age(const std::string& name, seconds by) const {
        const timespec time{::time(nullptr) - by.count(), 0};
        const timespec times[2] = {time, time};
        ASSERT_EQ(::utimensat(AT_FDCWD, at(name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
    }

   private:
    base::TempDir directory_;
};

TEST_F(Collect, ScratchOfALivingRunStaysAndThatOfADeadOneGoes) {
    const auto living = Scratch::make(at("scratch"));
    ASSERT_TRUE(living);
    fill("scratch/dead/lock");
    fill("scratch/dead/tree/f");
    fs::create_directory_symlink(living->tree(), at("scratch/dead/tree/link"));
    fill("scratch/unlockable/tree/f");  // no lock file: it may be of a run on a file system without locks
    collect_scratch(at("scratch"), seconds(0));
    EXPECT_TRUE(fs::exists(living->tree()));
    EXPECT_FALSE(fs::exists(at("scratch/dead")));
    EXPECT_TRUE(fs::exists(at("scratch/unlockable")));
    collect_scratch(at("absent"), seconds(0));
}

TEST_F(Collect, YoungScratchIsLeftAlone) {
    fill("scratch/young/lock");
    collect_scratch(at("scratch"), seconds(60));
    EXPECT_TRUE(fs::exists(at("scratch/young")));
}

TEST_F(Collect, IdleShadowsGoAndUsedOnesStay) {
    { ASSERT_TRUE(take_shadow_slot(at("r"), {})); }
    auto held = take_shadow_slot(at("r"), {});
    ASSERT_TRUE(held && *held);
    EXPECT_EQ((*held)->number, 0);
    fill("r/shadow-1/tree/f");
    fill("r/shadow-1.lock");
    age("r/shadow-1.lock", hours(1000));
    age("r/shadow-0.lock", hours(1000));
    collect_shadows(at("r"), hours(24 * 14));
    EXPECT_TRUE(fs::exists(at("r/shadow-0")));
    EXPECT_FALSE(fs::exists(at("r/shadow-1")));
    EXPECT_FALSE(fs::exists(at("r/shadow-1.lock")));
}

TEST_F(Collect, ShadowSlotsAreFourAndThenNone) {
    std::vector<ShadowSlot> held;
    for (int i = 0; i < shadow_slots; ++i) {
        auto slot = take_shadow_slot(at("r"), {});
        ASSERT_TRUE(slot && *slot);
        EXPECT_EQ((*slot)->number, i);
        held.push_back(std::move(**slot));
    }
    auto fifth = take_shadow_slot(at("r"), std::chrono::milliseconds(30));
    ASSERT_TRUE(fifth);
    EXPECT_FALSE(*fifth);
}

TEST_F(Collect, BuildCachesGoLeastRecentlyUsedFirst) {
    BuildCaches caches(at("cache"));
    for (const char* name : {"old", "middle", "new"}) {
        auto lease = caches.lease(name);
        ASSERT_TRUE(lease && *lease);
        ASSERT_TRUE(base::write_atomically((*lease)->path + "/x", std::string(100'000, 'x'), 0644));
    }
    caches.collect(std::uint64_t{1} << 40, hours(1));
    age("cache/old.size", seconds(300));
    age("cache/middle.size", seconds(200));
    age("cache/new.size", seconds(100));
    EXPECT_GE(disk_usage(at("cache/new")), 100'000U);
    BuildCaches(at("cache")).collect(250'000, hours(1));
    EXPECT_FALSE(fs::exists(at("cache/old")));
    EXPECT_FALSE(fs::exists(at("cache/old.size")));
    EXPECT_TRUE(fs::exists(at("cache/middle/x")));
    EXPECT_TRUE(fs::exists(at("cache/new/x")));
}

TEST_F(Collect, BuildCacheInUseIsNotRemoved) {
    BuildCaches caches(at("cache"));
    auto lease = caches.lease("busy");
    ASSERT_TRUE(lease && *lease);
    ASSERT_TRUE(base::write_atomically((*lease)->path + "/x", std::string(100'000, 'x'), 0644));
    EXPECT_FALSE(caches.lease("busy").value());
    caches.collect(0, seconds(0));
    EXPECT_TRUE(fs::exists(at("cache/busy/x")));
}

TEST_F(Collect, IdleBuildCachesGoBelowTheCapToo) {
    BuildCaches caches(at("cache"));
    { ASSERT_TRUE(caches.lease("idle")); }
    { ASSERT_TRUE(caches.lease("used")); }
    age("cache/idle.size", hours(24 * 40));
    BuildCaches(at("cache")).collect(std::uint64_t{1} << 40, hours(24 * 30));
    EXPECT_FALSE(fs::exists(at("cache/idle")));
    EXPECT_TRUE(fs::exists(at("cache/used")));
}

TEST_F(Collect, AllTouchesOnlyRepositoriesAndOnceADay) {
    fill("0123456789abcdef/scratch/dead/lock");
    fill("0123456789abcdef/shadow-2/tree/f");
    fill("0123456789abcdef/shadow-2.lock");
    fill("results/scratch/dead/lock");  // somebody else's room of the cache
    fill("results/shadow-2.lock");
    age("0123456789abcdef/shadow-2.lock", hours(1000));
    age("results/shadow-2.lock", hours(1000));
    fill("collected");
    collect_all(at(""), false);
    EXPECT_TRUE(fs::exists(at("0123456789abcdef/shadow-2")));
    age("collected", hours(30));
    collect_all(at(""), false);
    EXPECT_FALSE(fs::exists(at("0123456789abcdef/shadow-2")));
    EXPECT_TRUE(fs::exists(at("results/shadow-2.lock")));
    EXPECT_TRUE(fs::exists(at("results/scratch/dead/lock")));
}

}  // namespace
}  // namespace rfsn::isolate
