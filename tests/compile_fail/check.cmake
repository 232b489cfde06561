# cmake -D CXX=<compiler> -D CASE=<file.cpp> -D INCLUDE=<folder> -D MAX_LINES=<n> -P check.cmake
#
# Compiles one case. It must be rejected, in at most MAX_LINES lines, which contain the text of each
# of its lines "// EXPECT: text". The case compiles.cpp must be accepted: it shows that the others
# are rejected for what they say, not because the compiler finds no header.

cmake_path(GET CASE STEM name)
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C
    ${CXX} -std=c++23 -fsyntax-only -fdiagnostics-color=never -I ${INCLUDE} ${CASE}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)

macro(fail reason)
  message(NOTICE "${output}")
  message(FATAL_ERROR "${name} ${reason}")
endmacro()

if(name STREQUAL "compiles")
  if(NOT status EQUAL 0)
    fail("should compile")
  endif()
  return()
endif()

if(status EQUAL 0)
  fail("should not compile")
endif()

file(STRINGS ${CASE} expectations REGEX "^// EXPECT: ")
if(NOT expectations)
  fail("has no line '// EXPECT: text'")
endif()
foreach(expectation IN LISTS expectations)
  string(REPLACE "// EXPECT: " "" text "${expectation}")
  string(FIND "${output}" "${text}" position)
  if(position EQUAL -1)
    fail("is rejected without the words: ${text}")
  endif()
endforeach()

string(REGEX MATCHALL "\n" line_ends "${output}")
list(LENGTH line_ends lines)
if(lines GREATER MAX_LINES)
  fail("is rejected in ${lines} lines, not in at most ${MAX_LINES}")
endif()
