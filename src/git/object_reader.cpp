// SPDX-License-Identifier: MIT
#include "git/object_reader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <git2.h>

#include "base/text.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

base::Result<ObjectType> type_of(git_object_t type, std::string_view id) {
    switch (type) {
        case GIT_OBJECT_BLOB:
            return ObjectType::blob;
        case GIT_OBJECT_TREE:
            return ObjectType::tree;
        case GIT_OBJECT_COMMIT:
            return ObjectType::commit;
        case GIT_OBJECT_TAG:
            return ObjectType::tag;
        default:
            return base::fail(ErrorCode::external, fmt::format("object {} has an unknown type", id));
    }
}

base::Result<git_oid> parse(std::string_view id) {
    git_oid oid{};
    if (id.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&oid, id.data(), id.size()) != 0) {
        return base::fail(ErrorCode::invalid, fmt::format("not an object id: '{}'", base::printable(id)));
    }
    return oid;
}

base::Error failure(int code, std::string_view id) {
    if (code == GIT_ENOTFOUND) {
        return object_missing(id);
    }
    return {ErrorCode::external, fmt::format("object {} can't be read: {}", id, lg2::last_error()), {}};
}

/// One reader first, another for what it does not have.
class Either final : public ObjectReader {
   public:
    Either(std::unique_ptr<ObjectReader> first, std::unique_ptr<ObjectReader> second)
        : first_(std::move(first)), second_(std::move(second)) {}
    base::Result<ObjectHeader> header(std::string_view id) override {
        auto found = first_->header(id);
        return found || !goes_on(found.error()) ? std::move(found) : second_->header(id);
    }
    base::Result<Object> read(std::string_view id, std::uint64_t max_bytes) override {
        auto found = first_->read(id, max_bytes);
        return found || !goes_on(found.error()) ? std::move(found) : second_->read(id, max_bytes);
    }

   private:
    static bool goes_on(const base::Error& error) {
        return error.code == ErrorCode::not_found || error.code == ErrorCode::external;
    }
    std::unique_ptr<ObjectReader> first_;
    std::unique_ptr<ObjectReader> second_;
};

}  // namespace

bool is_object_id(std::string_view id) {
    return (id.size() == 40 || id.size() == 64) &&
           std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

base::Error object_missing(std::string_view id) {
    return {ErrorCode::not_found, fmt::format("no object {} in the repository; `git fsck` may tell more", id), {}};
}

base::Error object_too_large(std::string_view id, std::uint64_t size, std::uint64_t max_bytes) {
    return {ErrorCode::limit, fmt::format("object {} has {} bytes; the limit here is {}", id, size, max_bytes), {}};
}

base::Result<ObjectHeader> OdbReader::header(std::string_view id) {
    RFSN_ASSIGN(const git_oid oid, parse(id));
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    const std::lock_guard lock(mutex_);
    if (const int code = git_odb_read_header(&size, &type, odb_, &oid); code < 0) {
        return tl::make_unexpected(failure(code, id));
    }
    RFSN_ASSIGN(const ObjectType known, type_of(type, id));
    return ObjectHeader{known, size};
}

base::Result<Object> OdbReader::read(std::string_view id, std::uint64_t max_bytes) {
    RFSN_ASSIGN(const ObjectHeader head, header(id));
    if (head.size > max_bytes) {
        return tl::make_unexpected(object_too_large(id, head.size, max_bytes));
    }
    RFSN_ASSIGN(const git_oid oid, parse(id));
    const std::lock_guard lock(mutex_);
    git_odb_object* raw = nullptr;
    if (const int code = git_odb_read(&raw, odb_, &oid); code < 0) {
        return tl::make_unexpected(failure(code, id));
    }
    const std::unique_ptr<git_odb_object, decltype(&git_odb_object_free)> object(raw, &git_odb_object_free);
    return Object{head.type, std::string(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw))};
}

std::unique_ptr<ObjectReader> object_reader(const Repository& repository) {
    git_odb* odb = repository.impl().odb.get();
    if (odb == nullptr) {
        return cat_file_reader(repository);
    }
    return std::make_unique<Either>(std::make_unique<OdbReader>(odb), cat_file_reader(repository));
}

}  // namespace rfsn::git
