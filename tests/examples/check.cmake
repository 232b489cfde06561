# cmake -D STATUS=<exit status> -D STDOUT=<regex> -D STDERR=<regex> -P check.cmake -- <program> [<option>...]
#
# Runs an example, and compares how it ends and what it prints.
cmake_minimum_required(VERSION 3.25)

set(command)
set(options_follow FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(options_follow)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(options_follow TRUE)
  endif()
endforeach()

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
message("${out}${err}")
if(NOT status STREQUAL STATUS)
  message(SEND_ERROR "the exit status is ${status}, not ${STATUS}")
endif()
if(NOT out MATCHES "${STDOUT}")
  message(SEND_ERROR "stdout does not match ${STDOUT}")
endif()
if(NOT err MATCHES "${STDERR}")
  message(SEND_ERROR "stderr does not match ${STDERR}")
endif()
