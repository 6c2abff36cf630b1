# openbell_unity(TARGET...): sources of these targets are compiled several at a time, which parses
# their headers once for all of them. What is `static` or without a name in one of them has another
# name in the others; a library of rows, each with its own `parse` and `print`, is compiled one by one.
# As with precompiled headers, each source must also compile alone, as the preset `fuzz` does.
function(openbell_unity)
  if(OPENBELL_UNITY)
    set_target_properties(${ARGN} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()
