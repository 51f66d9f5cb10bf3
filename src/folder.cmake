# How a folder of src/ becomes a target; the links are the layering.

add_library(rfsn_options INTERFACE)
target_include_directories(rfsn_options INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(rfsn_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough -Wcast-align -Wextra-semi
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wuseless-cast>
  $<$<BOOL:${RFSN_WERROR}>:-Werror>
  -fstack-protector-strong -ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo)$")
  # GCC 12 at -O2 sees null pointers and overlaps inside inlined std::string that are not there (GCC bug 105651); the -O1 builds
  # keep both warnings.
  target_compile_options(rfsn_options INTERFACE -Wno-null-dereference -Wno-restrict -Wno-stringop-overread)
endif()
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo)$")
  target_compile_options(rfsn_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

# rfsn_folder(name FOLDERS lower... LIBRARIES public... PRIVATE private...)
function(rfsn_folder name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;LIBRARIES;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  set(targets ${ARG_FOLDERS})
  list(TRANSFORM targets PREPEND rfsn::)
  if(sources)
    add_library(rfsn_${name} STATIC ${sources})
    target_link_libraries(rfsn_${name} PRIVATE rfsn_options ${ARG_PRIVATE} PUBLIC ${targets} ${ARG_LIBRARIES})
    target_include_directories(rfsn_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  else()
    add_library(rfsn_${name} INTERFACE)
    target_link_libraries(rfsn_${name} INTERFACE ${targets} ${ARG_LIBRARIES})
    target_include_directories(rfsn_${name} INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  add_library(rfsn::${name} ALIAS rfsn_${name})
endfunction()

# All generated sources, for tools that read the code without building it.
add_custom_target(embedded)

# rfsn_embed(folder table [YAML] FILES...): compiles files into the folder as the function
# `std::span<const rfsn::base::EmbeddedFile> rfsn::<folder>::<table>()`. YAML files are parsed now and embedded as compact JSON, so
# that a mistake in one fails the build and no YAML is parsed at run time.
function(rfsn_embed folder table)
  cmake_parse_arguments(ARG "YAML" "" "FILES" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${folder}_${table}.cpp)
  set(mode "")
  if(ARG_YAML)
    set(mode --yaml)
  endif()
  add_custom_command(OUTPUT ${out}
    COMMAND rfsn-embed ${mode} ${folder} ${table} ${out} ${ARG_FILES}
    DEPENDS rfsn-embed ${ARG_FILES} COMMENT "Embedding ${folder}::${table}" VERBATIM)
  target_sources(rfsn_${folder} PRIVATE ${out})
  add_custom_target(embedded_${folder}_${table} DEPENDS ${out})
  add_dependencies(embedded embedded_${folder}_${table})
endfunction()
