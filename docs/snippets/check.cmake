# cmake -D ROOT=<checkout> -P check.cmake
#
# Every C++ block of the guide and of the pages on flow control and simulation is part of a program in
# this folder, and the README's is the first actor. How lines are broken and indented does not matter.
cmake_minimum_required(VERSION 3.25)

function(read_words out)
  foreach(file IN LISTS ARGN)
    file(READ ${file} text)
    string(APPEND words " ${text}")
  endforeach()
  string(REGEX REPLACE "[ \n]+" " " words "${words}")
  set(${out} "${words}" PARENT_SCOPE)
endfunction()

function(check_blocks page)  # sources...
  read_words(text ${page})
  read_words(sources ${ARGN})
  set(count 0)
  while(TRUE)
    string(FIND "${text}" "```cpp " begin)
    if(begin EQUAL -1)
      break()
    endif()
    math(EXPR begin "${begin} + 7")
    string(SUBSTRING "${text}" ${begin} -1 text)
    string(FIND "${text}" " ```" end)
    string(SUBSTRING "${text}" 0 ${end} block)
    string(SUBSTRING "${text}" ${end} -1 text)
    string(FIND "${sources}" "${block}" position)
    if(position EQUAL -1)
      message(SEND_ERROR "${page} has a block that no snippet has: ${block}")
    endif()
    math(EXPR count "${count} + 1")
  endwhile()
  message(STATUS "${page}: ${count} blocks")
endfunction()

file(GLOB snippets ${ROOT}/docs/snippets/*.cpp)
check_blocks(${ROOT}/docs/guide.md ${snippets})
check_blocks(${ROOT}/docs/flow-control.md ${snippets})
check_blocks(${ROOT}/docs/simulation.md ${snippets})
check_blocks(${ROOT}/README.md ${ROOT}/examples/first_actor/main.cpp)
