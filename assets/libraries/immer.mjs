export { applyPatches, enablePatches, produce, produceWithPatches } from "immer";
