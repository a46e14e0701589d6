/** The keys of a command, such as Ctrl Shift S, each drawn as one. */
export function Keys({ keys }: { keys: string }) {
  if (!keys) return null;
  return (
    <span className="keys">
      {keys.split(" ").map((key, index) => (
        <kbd key={index}>{key}</kbd>
      ))}
    </span>
  );
}
