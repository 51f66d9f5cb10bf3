// SPDX-License-Identifier: MIT
#include "git/libgit2.hpp"

#include <mutex>

#include <git2.h>

namespace rfsn::git::lg2 {

void start() {
    static std::once_flag once;
    std::call_once(once, [] {
        git_libgit2_init();
        // Git does not hash every blob it reads either, and SHA1DC is slower than the disk.
        git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    });
}

std::string last_error() {
    const git_error* error = git_error_last();
    return error != nullptr && error->message != nullptr ? error->message : "libgit2 gave no reason";
}

void Free::operator()(git_repository* handle) const {
    git_repository_free(handle);
}
void Free::operator()(git_odb* handle) const {
    git_odb_free(handle);
}
void Free::operator()(git_index* handle) const {
    git_index_free(handle);
}
void Free::operator()(git_tree* handle) const {
    git_tree_free(handle);
}
void Free::operator()(git_diff* handle) const {
    git_diff_free(handle);
}
void Free::operator()(git_object* handle) const {
    git_object_free(handle);
}
void Free::operator()(git_patch* handle) const {
    git_patch_free(handle);
}
void Free::operator()(git_reference* handle) const {
    git_reference_free(handle);
}
void Free::operator()(git_config* handle) const {
    git_config_free(handle);
}

}  // namespace rfsn::git::lg2
