# Precompiled headers are only speed: a source includes what it uses, and everything must also build
# with -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON, as the preset `fuzz` does. Standard headers only, so
# that no change of ours makes everything compile again, and only what a third of the sources needs:
# reading back a header costs two fifths of parsing it. One file for the code and one for the tests,
# made by the lowest floor.
set(OPENBELL_STANDARD_HEADERS
  <algorithm> <array> <bitset> <cerrno> <charconv> <cstdint> <cstdio> <cstring> <deque> <expected>
  <functional> <map> <memory> <optional> <set> <span> <string> <string_view> <unordered_map>
  <utility> <vector>)
set(OPENBELL_TEST_HEADERS ${OPENBELL_STANDARD_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)

# openbell_precompiled(TARGET OWNER [HEADER...]): the target uses the file of the owner, which makes
# it of the headers.
function(openbell_precompiled target owner)
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()
