// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

struct git_repository;
struct git_odb;
struct git_index;
struct git_tree;
struct git_diff;
struct git_object;
struct git_patch;
struct git_reference;
struct git_config;

/// For this folder: libgit2's handles as owners, and its start.
namespace rfsn::git::lg2 {

/// Starts libgit2 once and for the life of the process. Any thread.
void start();
/// What libgit2 last said on this thread, never empty.
[[nodiscard]] std::string last_error();

struct Free {
    void operator()(git_repository* handle) const;
    void operator()(git_odb* handle) const;
    void operator()(git_index* handle) const;
    void operator()(git_tree* handle) const;
    void operator()(git_diff* handle) const;
    void operator()(git_object* handle) const;
    void operator()(git_patch* handle) const;
    void operator()(git_reference* handle) const;
    void operator()(git_config* handle) const;
};
template <class T>
using Handle = std::unique_ptr<T, Free>;

/// Calls `make(T**, args...)` and owns what it made; null on failure.
template <class T, class Make, class... Args>
[[nodiscard]] Handle<T> make(Make function, Args... args) {
    T* raw = nullptr;
    if (function(&raw, args...) < 0) {
        return nullptr;
    }
    return Handle<T>(raw);
}

}  // namespace rfsn::git::lg2
