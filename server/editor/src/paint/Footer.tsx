// How to leave the painter.

import { useEffect, useRef } from "react";

interface FooterProps {
  step: "painting" | "asking" | "saving";
  wrong: string | null;
  leave(): void;
  close(): void;
  save(): void;
}

export function Footer({ step, wrong, leave, close, save }: FooterProps) {
  return (
    <div className="painter-footer">
      {step === "asking" ? (
        <Question stay={leave} close={close} />
      ) : (
        <>
          <p className="complaint painter-said" role="alert">
            {wrong}
          </p>
          <button type="button" className="button" disabled={step === "saving"} onClick={leave}>
            Cancel
          </button>
          <button type="button" className="button filled" disabled={step === "saving"} onClick={save}>
            {step === "saving" ? "Saving…" : "Use it"}
          </button>
        </>
      )}
    </div>
  );
}

/** Asked only if something was painted. */
function Question({ stay, close }: { stay(): void; close(): void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <p className="painter-said" role="alert">
        Throw away what you painted?
      </p>
      <button ref={first} type="button" className="button" onClick={stay}>
        Go on painting
      </button>
      <button type="button" className="button filled" onClick={close}>
        Throw away
      </button>
    </>
  );
}
