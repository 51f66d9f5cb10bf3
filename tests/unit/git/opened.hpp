// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "base/env.hpp"
#include "base/process.hpp"
#include "git/repository.hpp"
#include "git/staged_source.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::test {

/// The value; a failure fails the test with its message.
template <class T>
T must(base::Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().describe());
    }
    return std::move(*result);
}

inline void must(const base::Result<void>& result) {
    if (!result) {
        throw std::runtime_error(result.error().describe());
    }
}

/// A repository of the test, opened as the program opens it.
inline git::Repository open_repository(const std::string& directory,
                                       base::Environment env = base::Environment::of_process()) {
    static base::PosixProcessRunner runner;
    auto repository = git::Repository::open(directory, env, runner);
    return must(std::move(repository));
}

inline base::Environment with(const std::string& name, const std::string& value) {
    auto env = base::Environment::of_process();
    env.set(name, value);
    return env;
}

}  // namespace rfsn::test
