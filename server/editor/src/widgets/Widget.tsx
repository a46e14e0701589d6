// The widget of one setting, by the name that its schema gives.

import type { ComponentType } from "react";
import { Choice, Folder, TypeChoice } from "./Choice";
import { Color } from "./Color";
import type { WidgetProps } from "./contract";
import { Image } from "./Image";
import { NameList } from "./NameList";
import { NumberField } from "./NumberField";
import { Labels, Mask } from "./Painted";
import { Seed } from "./Seed";
import { Slider } from "./Slider";
import { Switch } from "./Switch";
import { JsonField, Multiline, TextField } from "./TextField";
import "./widgets.css";

const WIDGETS = new Map<string | undefined, ComponentType<WidgetProps>>([
  ["slider", Slider],
  ["number", NumberField],
  ["switch", Switch],
  ["text", TextField],
  ["multiline", Multiline],
  ["choice", Choice],
  ["names", NameList],
  ["seed", Seed],
  ["color", Color],
  ["image", Image],
  ["folder", Folder],
  ["type", TypeChoice],
  ["mask", Mask],
  ["labels", Labels],
]);

export function Widget(props: WidgetProps) {
  const { schema } = props;
  const Shown = WIDGETS.get(schema["x-widget"]) ?? JsonField;
  const value = props.value === undefined ? schema.default : props.value;
  return <Shown {...props} value={value} />;
}
