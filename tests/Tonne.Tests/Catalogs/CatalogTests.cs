using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;

namespace Tonne.Tests.Catalogs;

public sealed class CatalogTests
{
    [Fact]
    public void The_zones_have_no_problem() => Assert.Empty(ZoneCatalog.Validate());

    [Fact]
    public void The_regions_have_no_problem() => Assert.Empty(RegionCatalog.Validate());

    [Fact]
    public void The_facilities_have_no_problem() => Assert.Empty(FacilityCatalog.Validate());

    [Fact]
    public void The_hardware_has_no_problem() => Assert.Empty(HardwareCatalog.Validate());
}
