// SPDX-License-Identifier: MIT
#include "observe/log.hpp"

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "base/text.hpp"

namespace rfsn::observe {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Log : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = base::TempDir::make(fs::temp_directory_path(), "log-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<base::TempDir>(std::move(*dir));
        options_.level = Level::debug;
        options_.file = dir_->path() + "/state/log.jsonl";
    }
    void TearDown() override { shutdown(); }
    [[nodiscard]] std::string bytes() const { return base::read_file(options_.file).value_or(""); }
    [[nodiscard]] std::vector<json> lines() const {
        std::vector<json> parsed;
        const std::string all = bytes();
        for (const auto line : base::split_lines(all)) {
            parsed.push_back(json::parse(line, nullptr, false));
            EXPECT_FALSE(parsed.back().is_discarded()) << line;
        }
        return parsed;
    }
    std::unique_ptr<base::TempDir> dir_;
    LogOptions options_;
};

TEST_F(Log, WritesOneObjectALine) {
    configure(options_);
    const ContextScope scope({"run1", "/repo", "check", "span1"});
    log(Level::warn, "git", "read\nindex",
        {{"files", std::int64_t{3}}, {"ratio", 0.5}, {"ok", true}, {"path", std::string("a b")}});
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    const json& line = all[0];
    EXPECT_EQ(line["level"], "warn");
    EXPECT_EQ(line["logger"], "git");
    EXPECT_EQ(line["message"], "read\nindex");
    EXPECT_EQ(line["run"], "run1");
    EXPECT_EQ(line["repo"], "/repo");
    EXPECT_EQ(line["phase"], "check");
    EXPECT_EQ(line["span"], "span1");
    EXPECT_EQ(line["pid"], getpid());
    EXPECT_EQ(line["fields"], (json{{"files", 3}, {"ratio", 0.5}, {"ok", true}, {"path", "a b"}}));
    const std::string time = line["time"];
    ASSERT_EQ(time.size(), 24U) << time;
    EXPECT_EQ(time.back(), 'Z');
    EXPECT_EQ(time[10], 'T');
    struct stat info {};
    ASSERT_EQ(stat(options_.file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    ASSERT_EQ(stat((dir_->path() + "/state").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(Log, OffMeansNothingIsTouched) {
    options_.level = Level::off;
    configure(options_);
    log(Level::error, "x", "y");
    { const Span span("x", "y"); }
    EXPECT_FALSE(enabled(Level::error));
    EXPECT_FALSE(enabled(Level::off));
    EXPECT_FALSE(fs::exists(dir_->path() + "/state"));
}

TEST_F(Log, ObeysTheLevel) {
    options_.level = Level::warn;
    configure(options_);
    for (const auto level : {Level::error, Level::warn, Level::info, Level::debug}) {
        log(level, "x", "y");
    }
    log(Level::off, "x", "never");
    { const Span span("x", "silent"); }
    EXPECT_EQ(lines().size(), 2U);
    EXPECT_TRUE(enabled(Level::warn));
    EXPECT_FALSE(enabled(Level::info));
}

TEST_F(Log, FieldsCannotTouchReservedKeys) {
    configure(options_);
    Fields fields;
    for (const char* name : {"time", "level", "logger", "message", "run", "repo", "phase", "span", "parent",
                             "duration_ms", "pid", "fields", "", "a"}) {
        fields.emplace_back(name, std::string("spoofed"));
    }
    log(Level::info, "real", "real", fields);
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0]["logger"], "real");
    EXPECT_EQ(all[0]["message"], "real");
    EXPECT_EQ(all[0]["level"], "info");
    EXPECT_NE(all[0]["time"], "spoofed");
    EXPECT_FALSE(all[0].contains("duration_ms"));
    EXPECT_FALSE(all[0].contains("run"));
    EXPECT_EQ(all[0]["fields"].size(), 14U);
    EXPECT_EQ(all[0]["fields"]["level"], "spoofed");
}

TEST_F(Log, AnyBytesBecomeValidLines) {
    configure(options_);
    std::mt19937 random(11);
    const auto noise = [&] {
        std::string text(random() % 60, '\0');
        for (char& c : text) {
            c = static_cast<char>(random() & 0xFFU);
        }
        return text;
    };
    constexpr int rounds = 500;
    for (int i = 0; i < rounds; ++i) {
        const ContextScope scope({noise(), noise(), noise(), noise()});
        log(Level::info, noise(), noise(),
            {{noise(), noise()}, {noise(), std::nan("")}, {"inf", std::numeric_limits<double>::infinity()}});
    }
    const std::string all = bytes();
    EXPECT_TRUE(base::is_valid_utf8(all));
    EXPECT_EQ(lines().size(), static_cast<std::size_t>(rounds));
}

TEST_F(Log, BoundsWhatOneLineHolds) {
    configure(options_);
    Fields fields;
    for (int i = 0; i < 1000; ++i) {
        fields.emplace_back("f" + std::to_string(i), std::string(100'000, 'v'));
    }
    log(Level::info, "x", std::string(1 << 20, 'm'), fields);
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_LT(bytes().size(), 256U << 10U);
    EXPECT_GT(all[0]["dropped_fields"].get<int>(), 900);
    EXPECT_NE(all[0]["message"].get<std::string>().find("bytes more"), std::string::npos);
}

TEST_F(Log, RedactsEveryStringAndName) {
    const std::string key = "sk-planted-0123456789";
    options_.redact = [&](std::string_view text) {
        std::string out(text);
        for (auto at = out.find(key); at != std::string::npos; at = out.find(key)) {
            out.replace(at, key.size(), "[redacted]");
        }
        return out;
    };
    configure(options_);
    const ContextScope scope({key, "/x/" + key, key, key});
    log(Level::info, key, "using " + key + ".", {{key, "Bearer " + key}, {"n", std::int64_t{1}}});
    log(Level::info, "x", std::string(16 * 1024 - 5, 'a') + key);
    { const Span span(key, "span " + key); }
    const std::string all = bytes();
    EXPECT_EQ(lines().size(), 3U);
    EXPECT_EQ(all.find("planted"), std::string::npos);
    EXPECT_EQ(all.find("sk-pl"), std::string::npos) << "half a key was left by the cut";
    EXPECT_NE(all.find("Bearer [redacted]"), std::string::npos);
}

TEST_F(Log, ARedactorThatFailsHidesTheText) {
    options_.redact = [](std::string_view) -> std::string { throw std::runtime_error("no"); };
    configure(options_);
    log(Level::info, "x", "secret", {{"k", std::string("secret")}});
    EXPECT_EQ(lines().size(), 1U);
    EXPECT_EQ(bytes().find("secret"), std::string::npos);
    options_.redact = [](std::string_view text) {
        log(Level::error, "redactor", "logs itself");
        return std::string(text);
    };
    configure(options_);
    log(Level::info, "x", "once");
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(Log, WhatCannotBeWrittenIsCountedAndDropped) {
    for (const std::string& file :
         std::vector<std::string>{"/proc/nowhere/log", dir_->path(), "/dev/full", "/dev/null"}) {
        options_.file = file;
        configure(options_);
        const auto before = dropped();
        log(Level::error, "x", "y");
        EXPECT_EQ(dropped(), before + 1) << file;
    }
    const std::string target = dir_->path() + "/target";
    fs::create_symlink(target, dir_->path() + "/link");
    options_.file = dir_->path() + "/link";
    configure(options_);
    log(Level::error, "x", "y");
    EXPECT_FALSE(fs::exists(target));
    const std::string fifo = dir_->path() + "/fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    options_.file = fifo;
    configure(options_);
    log(Level::error, "x", "y");
}

TEST_F(Log, RotatesBySize) {
    options_.max_bytes = 4096;
    options_.max_files = 2;
    configure(options_);
    for (int i = 0; i < 200; ++i) {
        log(Level::info, "x", std::string(100, 'r'), {{"i", std::int64_t{i}}});
    }
    shutdown();
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(dir_->path() + "/state")) {
        ++files;
        EXPECT_LE(entry.file_size(), 4096U);
        struct stat info {};
        ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0600U) << entry.path();
    }
    EXPECT_EQ(files, 3U);
    EXPECT_EQ(lines().back()["fields"]["i"], 199);
}

TEST_F(Log, ThreadsWriteWholeLines) {
    configure(options_);
    constexpr int threads = 8;
    constexpr int each = 100;
    {
        const ContextScope scope({"run7", "", "", ""});
        const Context context = current();
        std::vector<std::jthread> pool;
        for (int t = 0; t < threads; ++t) {
            pool.emplace_back([context] {
                const ContextScope inherited(context);
                for (int i = 0; i < each; ++i) {
                    const Span span("worker", "job");
                    log(Level::info, "worker", std::string(500, 'w'));
                }
            });
        }
        pool.emplace_back([] { log(Level::info, "stranger", "no context"); });
    }
    const auto all = lines();
    EXPECT_EQ(all.size(), 2U * threads * each + 1U);
    for (const auto& line : all) {
        EXPECT_EQ(line.value("run", ""), line["logger"] == "worker" ? "run7" : "");
    }
}

TEST_F(Log, MayBeReconfiguredWhileOthersWrite) {
    configure(options_);
    std::atomic<int> written{0};
    std::jthread writer([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            log(Level::info, "x", "y");
            ++written;
        }
    });
    while (written < 2000) {
        shutdown();
        configure(options_);
        std::this_thread::yield();
    }
    writer.request_stop();
    writer.join();
    EXPECT_FALSE(lines().empty());
}

TEST_F(Log, HumanFormLetsNoEscapePass) {
    options_.file.clear();
    options_.human_stderr = true;
    configure(options_);
    testing::internal::CaptureStderr();
    log(Level::error, "git", "bad \x1b[31m\nname", {{"path", std::string("a\xFF\r")}, {"n", std::int64_t{2}}});
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find(" error git: bad \\x1b[31m\\x0aname path=a"), std::string::npos) << text;
    EXPECT_NE(text.find(" n=2\n"), std::string::npos) << text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(base::split_lines(text).size(), 1U);
}

TEST_F(Log, SpansNestAndAreTimed) {
    configure(options_);
    {
        const ContextScope scope({"run", "", "", ""});
        const Span outer("gate", "outer");
        {
            const Span inner("gate", "inner");
            log(Level::info, "gate", "inside");
        }
        log(Level::info, "gate", "between");
    }
    EXPECT_EQ(current().span, "");
    const auto all = lines();
    ASSERT_EQ(all.size(), 4U);
    const json& inside = all[0];
    const json& inner = all[1];
    const json& between = all[2];
    const json& outer = all[3];
    EXPECT_EQ(inner["message"], "inner");
    EXPECT_EQ(inside["span"], inner["span"]);
    EXPECT_EQ(between["span"], outer["span"]);
    EXPECT_EQ(inner["parent"], outer["span"]);
    EXPECT_NE(inner["span"], outer["span"]);
    EXPECT_FALSE(outer.contains("parent"));
    EXPECT_GE(outer["duration_ms"].get<double>(), inner["duration_ms"].get<double>());
    EXPECT_EQ(outer["run"], "run");
}

}  // namespace
}  // namespace rfsn::observe
