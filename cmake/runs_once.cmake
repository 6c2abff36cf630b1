# openbell_runs_once(SOURCE...): what a library of templates costs to compile, optimised and
# instrumented, is saved where it runs once, in debug builds.
function(openbell_runs_once)
  if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    set_source_files_properties(${ARGN} PROPERTIES
      COMPILE_OPTIONS -O0 SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()
