# One interface target carries the warnings of the house: every warning is an error, except where
# others choose the compiler and its options, as a distribution does.
if(OPENBELL_WERROR)
  set(as_errors -Werror)
endif()
add_library(openbell_warnings INTERFACE)
target_compile_options(openbell_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast ${as_errors} -Werror=switch-enum)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # What g++ is told in a source, and what libstdc++ uses itself.
  target_compile_options(openbell_warnings INTERFACE
    -Wno-unknown-warning-option -Wno-deprecated-declarations)
endif()
