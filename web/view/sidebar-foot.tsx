export function SidebarFoot() {
  return (
    <footer class="sidebar-foot">
      <p>Conversations are stored in this browser only.</p>
    </footer>
  );
}
