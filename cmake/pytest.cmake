# openbell_pytest(LABEL SPEAKER TIMEOUT): each test_NAME.py of this folder is a test LABEL_NAME of the
# speaker at that path, so that they run beside each other. They mostly wait, and begin before what
# computes (COST is the order in which CTest begins).
function(openbell_pytest label speaker timeout)
  find_program(PYTEST pytest-3 REQUIRED)  # of Debian's python3-pytest
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} test_*.py)
  foreach(file IN LISTS files)
    string(REGEX REPLACE "^test_(.*)\\.py$" "${label}_\\1" name ${file})
    add_test(NAME ${name}
      COMMAND ${PYTEST} -q -p no:cacheprovider ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout} COST 100
      ENVIRONMENT "OPENBELL_BIN=${speaker};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
