# Compares the hashes of some runs with those that are written down. When a change is meant to change
# what happens: scenarios --hashes --seeds 5 >tests/scenarios/hashes.txt
execute_process(COMMAND ${PROGRAM} --hashes --seeds 5
  OUTPUT_VARIABLE hashes RESULT_VARIABLE status)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT hashes STREQUAL expected)
  message(FATAL_ERROR "expected:\n${expected}\nbut were:\n${hashes}")
endif()
