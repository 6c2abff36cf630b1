# openbell_unity(TARGET...): sources of these targets are compiled several at a time, which parses
# their headers once for all of them. What is `static` or without a name in one of them has another
# name in the others; a library of rows, each with its own `parse` and `print`, is compiled one by one.
# As with precompiled headers, each source must also compile alone, as the preset `fuzz` does.
function(openbell_unity)
  if(OPENBELL_UNITY)
    set_target_properties(${ARGN} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# openbell_runs_once(SOURCE...): what a library of templates costs to compile, optimised and
# instrumented, is saved where it runs once, in debug builds.
function(openbell_runs_once)
  if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    set_source_files_properties(${ARGN} PROPERTIES
      COMPILE_OPTIONS -O0 SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()
