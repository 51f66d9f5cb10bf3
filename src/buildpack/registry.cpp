// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "base/doc.hpp"
#include "base/embedded.hpp"
#include "base/packed_doc.hpp"
#include "base/text.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/load.hpp"
#include "buildpack/routes.hpp"
#include "observe/log.hpp"

namespace rfsn::buildpack {

std::span<const base::EmbeddedFile> pack_files();

using base::ErrorCode;
using base::Result;

struct Registry::Impl {
    std::map<std::string, Pack, std::less<>> loaded;
    std::vector<std::string> added;    ///< ids that are not built in, in order
    std::vector<std::string> changed;  ///< those and the built-in ones that are overlaid
};

namespace {

Result<base::DocNode> built_in(std::string_view id) {
    const auto name = std::string(id) + ".yaml";
    for (const auto& file : pack_files()) {
        if (file.name == name) {
            auto doc = base::unpack_doc(file.bytes);
            if (!doc) {
                return base::fail(ErrorCode::internal,
                                  fmt::format("config/buildpacks/{}: {}", name, doc.error().message));
            }
            return std::move(*doc);
        }
    }
    return base::fail(ErrorCode::not_found, fmt::format("there is no buildpack named '{}'", id));
}

}  // namespace

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

std::vector<std::string> Registry::ids() const {
    std::vector<std::string> out(built_in_ids().begin(), built_in_ids().end());
    out.insert(out.end() - 1, impl_->added.begin(), impl_->added.end());  // before polyrepo, which is always the last
    return out;
}

std::vector<std::string> Registry::changed_ids() const {
    return impl_->changed;
}

Result<const Pack*> Registry::get(std::string_view id) {
    const auto known = impl_->loaded.find(id);
    if (known != impl_->loaded.end()) {
        return &known->second;
    }
    observe::log(observe::Level::debug, "buildpack", "pack loaded", {{"pack", std::string(id)}});
    RFSN_ASSIGN(const auto document, built_in(id));
    RFSN_ASSIGN(auto pack, load_pack(document, "built-in"));
    return &impl_->loaded.emplace(std::string(id), std::move(pack)).first->second;
}

Result<void> Registry::add_yaml(std::string_view yaml, const std::string& origin) {
    auto document = base::parse_doc(base::DocFormat::yaml, yaml);
    if (!document) {
        const auto& at = document.error().at;
        return base::fail(ErrorCode::config,
                          fmt::format("{}:{}:{}: {}", origin, at.line, at.column, document.error().message));
    }
    return add_document(*document, origin);
}

Result<void> Registry::add_document(const base::DocNode& document, const std::string& origin) {
    const auto id = document.string_or("id", "");
    const auto extends = document.string_or("extends", "");
    const auto all = ids();
    if (extends.empty()) {
        if (std::find(all.begin(), all.end(), id) != all.end()) {
            return base::fail(ErrorCode::config,
                              fmt::format("{}:{}:{}: there is a pack '{}' already; say `extends: {}` to change it",
                                          origin, document.at.line, document.at.column, id, id));
        }
        RFSN_ASSIGN(auto pack, load_pack(document, origin));
        impl_->added.push_back(pack.id);
        impl_->changed.push_back(pack.id);
        impl_->loaded.emplace(pack.id, std::move(pack));
        return {};
    }
    auto lower = built_in(extends);
    if (!lower) {
        return base::fail(ErrorCode::config,
                          fmt::format("{}:{}:{}: extends: there is no built-in pack '{}'; the nearest is '{}'", origin,
                                      document.at.line, document.at.column, extends, base::nearest(extends, all)));
    }
    RFSN_ASSIGN(auto pack, load_pack(overlaid(*lower, document), origin));
    const bool fresh = std::find(all.begin(), all.end(), pack.id) == all.end();
    if (fresh) {
        impl_->added.push_back(pack.id);
    }
    if (std::find(impl_->changed.begin(), impl_->changed.end(), pack.id) == impl_->changed.end()) {
        impl_->changed.push_back(pack.id);
    }
    impl_->loaded.insert_or_assign(pack.id, std::move(pack));
    return {};
}

}  // namespace rfsn::buildpack
