/**
 * The editor's data, as JSDoc types only. Points are pixels of the upright original image, origin top-left, in CVAT's flat lists.
 *
 * @typedef {"rectangle"|"polygon"|"polyline"|"points"|"ellipse"|"mask"} ShapeType
 * @typedef {"any"|ShapeType|"tag"} LabelType
 * @typedef {{spec_id: number, value: string}} AttributeValue
 * @typedef {{id: number, name: string, input_type: "checkbox"|"select"|"radio"|"number"|"text", mutable: boolean,
 *            values: string[], default_value: string}} AttributeSpec
 * @typedef {{id: number, name: string, color: string, type: LabelType, attributes: AttributeSpec[]}} Label
 * @typedef {{id?: number, client_id: string, type: ShapeType, label_id: number, points: number[], rotation: number, occluded: boolean,
 *            z_order: number, group: number, source: string, attributes: AttributeValue[]}} Shape
 * @typedef {{id?: number, client_id: string, label_id: number, source: string, attributes: AttributeValue[]}} Tag
 * @typedef {{shapes: Shape[], tags: Tag[], nothing_here?: true, starting_point?: true}} FrameContent
 *   `nothing_here`: somebody looked, it needs no shape; `starting_point`: as a file left it, nobody checked
 * @typedef {{frames: Object<string, FrameContent>}} EditorDocument keyed by the frame's number
 * @typedef {{number: number, name: string, width: number, height: number}} Frame
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Position
 * @typedef {{kind: "corner"|"side"|"vertex"|"insert"|"turn", index: number, x: number, y: number, cursor: string}} Handle
 */
export {};
