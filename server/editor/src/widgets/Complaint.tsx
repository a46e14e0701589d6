// The sentence beneath a widget that says what is wrong.

export function Complaint({ id, text }: { id: string; text: string | null }) {
  // The element is always there, for a live region must stand before its text comes.
  return (
    <p id={id} className="complaint widget-complaint" role="alert">
      {text}
    </p>
  );
}

/** The ids for aria-describedby: of the field's own description, and of the complaint if there is one. */
export function described(describedBy: string | undefined, complaint: string, text: string | null) {
  return [describedBy, text === null ? null : complaint].filter(Boolean).join(" ") || undefined;
}
