using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class ControlGroupLocatorTests
{
    [Fact]
    public void A_pure_second_version_is_one_place()
    {
        var place = Assert.Single(ControlGroupLocator.Parse(
            "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n24 1 8:1 / / rw - ext4 /dev/sda1 rw\n",
            "0::/user.slice/user-1000.slice/session-2.scope\n"));

        Assert.Equal((2, "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope", "/sys/fs/cgroup"), (place.Version, place.Folder, place.Mount));
        Assert.Equal(
            ["/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope", "/sys/fs/cgroup/user.slice/user-1000.slice", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"],
            place.EnumerateAncestors());
    }

    [Fact]
    public void A_hybrid_has_a_place_in_each_hierarchy()
    {
        var places = ControlGroupLocator.Parse(
            """
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
            33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """,
            "9:name=systemd:/\n2:cpuacct:/batch\n1:cpu:/\n0::/\n");

        Assert.Equal(
            ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpuacct/batch", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"],
            places.Select(place => place.Folder));
        Assert.Equal(["cpuacct"], places[1].Controllers);
    }

    [Fact]
    public void In_a_container_the_mount_shows_a_part_of_the_hierarchy()
    {
        const string mounts = "700 600 0:30 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:15 - cgroup cgroup rw,cpu,cpuacct\n";

        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", ControlGroupLocator.Parse(mounts, "3:cpu,cpuacct:/docker/abc\n")[0].Folder);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct/job", ControlGroupLocator.Parse(mounts, "3:cpu,cpuacct:/docker/abc/job\n")[0].Folder);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", ControlGroupLocator.Parse(mounts, "3:cpu,cpuacct:/../other\n")[0].Folder);
    }

    [Fact]
    public void An_accounting_controller_that_shares_with_the_scheduler_is_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-cgroup-").FullName;
        try
        {
            var group = JobControlGroup.TryCreate("r", [new ControlGroupMembership(1, folder, folder, ["cpu", "cpuacct"])], out var refusals);

            Assert.Null(group);
            Assert.Contains("shares the processor", Assert.Single(refusals));
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void A_folder_that_counts_nothing_is_refused_and_left_clean()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-cgroup-").FullName;
        try
        {
            var group = JobControlGroup.TryCreate("r", [new ControlGroupMembership(2, folder, folder, [])], out var refusals);

            Assert.Null(group);
            Assert.Contains("cannot be read", Assert.Single(refusals));
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void Any_text_is_survived()
    {
        var random = new Random(2);
        const string letters = "0123:/, -cgroup2cpuacct\\040\n\0";
        for (var i = 0; i < 5_000; i++)
        {
            var (mounts, groups) = (Random(), Random());
            foreach (var place in ControlGroupLocator.Parse(mounts, groups))
                Assert.InRange(place.EnumerateAncestors().Count(), 1, 200);
        }

        string Random() => "1 2 3 / /m rw - cgroup2 x rw\n" + string.Concat(Enumerable.Range(0, random.Next(80)).Select(_ => letters[random.Next(letters.Length)]));
    }
}
