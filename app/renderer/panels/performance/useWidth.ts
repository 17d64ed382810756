// How wide a place is, in whole pixels; 0 before it is on screen.
import { useEffect, useRef, useState } from 'react';

export function useWidth() {
  const host = useRef<HTMLDivElement>(null), [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, []);
  return { host, width };
}
