# cmake -D INPUT=<file> -D OUTPUT=<file> -P embed_text.cmake
#
# Makes a C++ string literal of a text, to be included. `@include <file>@` in the text stands for
# that file, which lies beside it. As compilers limit a literal's length, it is written in pieces.
cmake_minimum_required(VERSION 3.25)

file(READ ${INPUT} text)
cmake_path(GET INPUT PARENT_PATH directory)
string(REGEX MATCHALL "@include [a-z_.]+@" includes "${text}")
foreach(include IN LISTS includes)
  string(REGEX REPLACE "@include (.*)@" "\\1" name ${include})
  file(READ ${directory}/${name} included)
  string(REPLACE "${include}" "${included}" text "${text}")
endforeach()

set(delimiter embedded)
string(FIND "${text}" ")${delimiter}\"" at)
if(NOT at EQUAL -1)
  message(FATAL_ERROR "${INPUT} contains )${delimiter}\"")
endif()

set(literals "")
set(piece_length 4096)
string(LENGTH "${text}" left)
while(left GREATER 0)
  string(SUBSTRING "${text}" 0 ${piece_length} piece)
  if(left GREATER piece_length)  # cut after a line, and so never within a character
    string(FIND "${piece}" "\n" last_newline REVERSE)
    if(last_newline EQUAL -1)
      message(FATAL_ERROR "${INPUT} has a line of more than ${piece_length} bytes")
    endif()
    math(EXPR length "${last_newline} + 1")
    string(SUBSTRING "${text}" 0 ${length} piece)
  endif()
  string(LENGTH "${piece}" length)
  string(SUBSTRING "${text}" ${length} -1 text)
  string(LENGTH "${text}" left)
  string(APPEND literals "R\"${delimiter}(${piece})${delimiter}\"\n")
endwhile()
file(WRITE ${OUTPUT} "${literals}")
